package io.windlass.systemd.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.linux.cgroup.CgroupResources;
import io.windlass.linux.cgroup.DeviceRule;
import io.windlass.linux.cgroup.DeviceRules;
import io.windlass.linux.cgroup.HugepageLimit;
import io.windlass.systemd.cgroup.LimitProperties.InForce;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitPropertiesTest {
    private static List<String> mapped(CgroupResources.Builder limits, InForce before) {
        return LimitProperties.of(limits.build(), before).stream()
                .map(UnitProperty::toString)
                .toList();
    }

    private static List<String> mapped(CgroupResources.Builder limits) {
        return mapped(limits, InForce.NOTHING);
    }

    private static CgroupResources.Builder limits() {
        return CgroupResources.builder();
    }

    @Test
    void everyLimitThatSystemdKnowsHasItsProperty() {
        assertThat(mapped(limits().cpuShares(1024)
                        .cpuQuota(50_000)
                        .cpuPeriod(200_000)
                        .cpusetCpus("0-2,7")
                        .cpusetMems("0")
                        .memoryLimit(1000)
                        .memorySwapLimit(1500)
                        .pidsLimit(77)))
                .containsExactly(
                        "CPUWeight=39",
                        "CPUQuotaPerSecUSec=250000",
                        "CPUQuotaPeriodUSec=200000",
                        "AllowedCPUs={0, 1, 2, 7}",
                        "AllowedMemoryNodes={0}",
                        "MemoryMax=1000",
                        "MemorySwapMax=500",
                        "TasksMax=77");
    }

    @Test
    void noLimitIsInfinity() {
        assertThat(mapped(limits().cpuQuota(-1)
                        .memoryLimit(-1)
                        .memorySwapLimit(-1)
                        .pidsLimit(-1)))
                .containsExactly(
                        "CPUQuotaPerSecUSec=infinity",
                        "CPUQuotaPeriodUSec=100000",
                        "MemoryMax=infinity",
                        "MemorySwapMax=infinity",
                        "TasksMax=infinity");
    }

    @Test
    void whatIsNotNamedStays() {
        assertThat(mapped(limits())).isEmpty();
    }

    @Test
    void theHalfThatIsNotNamedIsTheOneInForce() {
        InForce before = new InForce(OptionalLong.of(30_000), 50_000, OptionalLong.of(1000));

        assertThat(mapped(limits().cpuQuota(10_000), before))
                .containsExactly("CPUQuotaPerSecUSec=200000", "CPUQuotaPeriodUSec=50000");
        assertThat(mapped(limits().cpuPeriod(100_000), before))
                .containsExactly("CPUQuotaPerSecUSec=300000", "CPUQuotaPeriodUSec=100000");
        assertThat(mapped(limits().memorySwapLimit(1800), before)).containsExactly("MemorySwapMax=800");
    }

    /** The unit's file holds whole percentages: one that is cut off would be less than was asked for. */
    @ParameterizedTest
    @CsvSource({"12345, 130000", "100, 10000", "12000, 120000", "1, 10000"})
    void aQuotaIsRoundedUpToAWholePercentage(long quota, long perSecond) {
        assertThat(mapped(limits().cpuQuota(quota))).contains("CPUQuotaPerSecUSec=" + perSecond);
    }

    @Test
    void unifiedFilesThatSystemdWritesAreItsProperties() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("cpu.weight", "200");
        files.put("cpu.max", "max 50000");
        files.put("cpuset.cpus", "1");
        files.put("memory.min", "1");
        files.put("memory.low", "2");
        files.put("memory.high", "3");
        files.put("memory.max", "max");
        files.put("memory.swap.max", "0");
        files.put("pids.max", "9");
        files.put("io.weight", "default 50");

        assertThat(mapped(limits().unified(files)))
                .containsExactly(
                        "CPUWeight=200",
                        "CPUQuotaPerSecUSec=infinity",
                        "CPUQuotaPeriodUSec=50000",
                        "AllowedCPUs={1}",
                        "MemoryMin=1",
                        "MemoryLow=2",
                        "MemoryHigh=3",
                        "MemoryMax=infinity",
                        "MemorySwapMax=0",
                        "TasksMax=9",
                        "IOWeight=50");
    }

    @Test
    void aUnifiedFileOverridesTheFieldAsInTheKernel() {
        assertThat(mapped(limits().pidsLimit(5).unified(Map.of("pids.max", "9"))))
                .containsExactly("TasksMax=9");
    }

    /** A device policy of systemd's would be a second program beside ours, and both must grant. */
    @Test
    void whatSystemdNeverWritesIsNotTold() {
        DeviceRule all = new DeviceRule(true, 'a', OptionalLong.empty(), OptionalLong.empty(), "rwm");

        assertThat(mapped(limits().hugepageLimit(new HugepageLimit("2MB", 4))
                        .devices(new DeviceRules(List.of(all)))
                        .unified(Map.of("io.max", "8:0 rbps=1", "memory.oom.group", "1", "io.weight", "8:0 50"))))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "0-", "", "1,,2", "8192", "-1", "99999999999"})
    void whatIsNoSetIsRefused(String list) {
        assertThatThrownBy(() -> mapped(limits().cpusetCpus(list)))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("cannot use '" + list + "' as a set of CPUs");
    }
}
