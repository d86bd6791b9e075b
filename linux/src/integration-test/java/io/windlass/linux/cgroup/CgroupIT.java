package io.windlass.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.testkit.Patience;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@RequiresRoot
class CgroupIT {
    private static final long MIB = 1 << 20;
    private static final Duration PATIENCE = Patience.ofSeconds(20);

    private final CgroupDriver driver = CgroupDriver.detect(Path.of("/sys/fs/cgroup"));
    private final String parent = "/windlass-linux-test-" + HexFormat.of().toHexDigits(new Random().nextInt());
    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void removeEverything() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        driver.find(parent).ifPresent(Cgroup::remove);
        assertThat(driver.find(parent)).isEmpty();
    }

    @Test
    void makes_a_group_with_limits_below_parents_made_as_needed_and_removes_it() {
        Cgroup group = driver.create(
                parent + "/pod/one",
                CgroupResources.builder()
                        .memoryLimit(64 * MIB)
                        .cpuShares(512)
                        .cpuQuota(50_000)
                        .cpuPeriod(100_000)
                        .cpusetCpus("0")
                        .pidsLimit(100)
                        .build());
        assertThat(group.stats().memoryLimit()).hasValue(64 * MIB);
        assertThat(group.populated()).isFalse();
        assertThat(group.oomKills()).isZero();
        assertThat(driver.find(parent + "/pod/one")).isPresent();
        group.remove();
        group.remove();
        assertThat(driver.find(parent + "/pod/one")).isEmpty();
        assertThat(driver.find(parent + "/pod")).isPresent();
        group.removeEmptyParents();
        assertThat(driver.find(parent)).isEmpty();
    }

    @Test
    void refuses_to_use_a_group_again() {
        driver.create(parent + "/one", CgroupResources.NONE);
        assertThatThrownBy(() -> driver.create(parent + "/one", CgroupResources.NONE))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.ALREADY_EXISTS))
                .hasMessageContaining(parent + "/one exists");
        assertThat(driver.find(parent + "/one")).isPresent();
    }

    @Test
    void counts_what_processes_use_and_kills_them_with_those_of_groups_below() throws Exception {
        Cgroup group = driver.create(parent + "/one", CgroupResources.NONE);
        Cgroup below = driver.create(parent + "/one/inner", CgroupResources.NONE);
        Process first = startIn(below, "i=0; while :; do i=$((i+1)); done");
        Process second = startIn(below, "sleep 60 & sleep 61");
        assertThat(group.populated()).isTrue();
        Thread.sleep(100);
        CgroupStats stats = group.stats();
        assertThat(stats.cpuUsageNanos()).isGreaterThan(1_000_000);
        assertThat(stats.cpuUserNanos()).isPositive();
        assertThat(stats.memoryUsage()).isPositive();
        assertThat(stats.memoryWorkingSet()).isBetween(1L, stats.memoryUsage());
        assertThat(stats.pids()).isGreaterThanOrEqualTo(3);
        assertThat(stats.memoryLimit()).isEmpty();
        group.kill();
        assertThat(first.waitFor(PATIENCE)).isTrue();
        assertThat(second.waitFor(PATIENCE)).isTrue();
        group.remove();
        assertThat(driver.find(parent + "/one")).isEmpty();
    }

    @Test
    void freezes_all_processes_and_lets_them_go_on() throws Exception {
        Cgroup group = driver.create(parent + "/one", CgroupResources.NONE);
        startIn(driver.create(parent + "/one/inner", CgroupResources.NONE), "i=0; while :; do i=$((i+1)); done");
        Freezer freezer = group.freezer();

        freezer.freeze(Duration.ofSeconds(10));

        long stood = group.stats().cpuUsageNanos();
        Thread.sleep(100);
        assertThat(group.stats().cpuUsageNanos()).isEqualTo(stood);
        assertThat(freezer.file()).exists();
        // As the shim does it when the daemon is gone.
        Files.writeString(freezer.file(), freezer.thawedText(), StandardOpenOption.WRITE);
        Thread.sleep(100);
        assertThat(group.stats().cpuUsageNanos()).isGreaterThan(stood);
        freezer.freeze(Duration.ofSeconds(10));
        freezer.thaw();
        group.kill();
        group.remove();
        freezer.thaw();
    }

    @Test
    void kills_what_was_cloned_into_the_cgroup2_folder_alone() throws Exception {
        Cgroup group = driver.create(parent + "/one", CgroupResources.NONE);
        Path unified = group.unifiedDirectory().orElseThrow();
        Process process = new ProcessBuilder("sleep", "60").start();
        processes.add(process);
        Files.writeString(unified.resolve("cgroup.procs"), Long.toString(process.pid()), StandardOpenOption.WRITE);
        assertThat(group.populated()).isTrue();
        group.kill();
        assertThat(process.waitFor(PATIENCE)).isTrue();
        group.remove();
    }

    @Test
    void raises_and_lowers_memory_and_swap_in_the_order_the_kernel_accepts() {
        Cgroup group = driver.create(parent + "/one", memory(32 * MIB));
        for (long limit : new long[] {256 * MIB, 16 * MIB, -1, 64 * MIB}) {
            group.update(memory(limit));
            if (limit < 0) {
                assertThat(group.stats().memoryLimit()).isEmpty();
            } else {
                assertThat(group.stats().memoryLimit()).hasValue(limit);
            }
        }
    }

    private static CgroupResources memory(long limit) {
        return CgroupResources.builder()
                .memoryLimit(limit)
                .memorySwapLimit(limit)
                .build();
    }

    @Test
    void puts_back_what_was_set_when_a_later_limit_is_refused() {
        Cgroup group = driver.create(parent + "/one", memory(32 * MIB));
        assertThatThrownBy(() -> group.update(CgroupResources.builder()
                        .memoryLimit(16 * MIB)
                        .pidsLimit(Long.MAX_VALUE)
                        .build()))
                .isInstanceOf(Fault.class)
                .hasMessageStartingWith(
                        "cannot set pids.max=" + Long.MAX_VALUE + " of cgroup " + parent + "/one: write");
        assertThat(group.stats().memoryLimit()).hasValue(32 * MIB);
    }

    @Test
    void leaves_nothing_when_a_limit_of_a_new_group_is_refused() {
        assertThatThrownBy(() -> driver.create(
                        parent + "/one",
                        CgroupResources.builder().cpusetCpus("4000").build()))
                .isInstanceOf(Fault.class)
                .hasMessageStartingWith("cannot set cpuset.cpus=4000 of cgroup " + parent + "/one");
        assertThat(driver.find(parent + "/one")).isEmpty();
    }

    @Test
    void lets_a_group_use_only_the_devices_that_its_rules_allow() throws Exception {
        DeviceRules rules = new DeviceRules(
                List.of(DeviceRule.DENY_ALL, DeviceRule.allow('c', 1, 3, "rwm"), DeviceRule.allow('c', 1, 5, "r")));
        Cgroup group = driver.create(
                parent + "/one", CgroupResources.builder().devices(rules).build());
        assertThat(exitIn(group, "echo x > /dev/null")).isZero();
        assertThat(exitIn(group, "head -c1 /dev/zero")).isZero();
        assertThat(exitIn(group, "echo x > /dev/zero")).isNotZero();
        assertThat(exitIn(group, "head -c1 /dev/urandom")).isNotZero();
        group.update(CgroupResources.builder()
                .devices(new DeviceRules(List.of(DeviceRule.ALLOW_ALL)))
                .build());
        assertThat(exitIn(group, "head -c1 /dev/urandom")).isZero();
    }

    @Test
    void counts_processes_killed_for_lack_of_memory() throws Exception {
        Cgroup group = driver.create(parent + "/one", memory(16 * MIB));
        assertThat(exitIn(group, "head -c 200m /dev/zero | tail > /dev/null")).isNotZero();
        assertThat(group.oomKills()).isPositive();
    }

    @Test
    void refuses_unified_limits_by_name_where_there_is_no_version_2_and_bad_names_where_there_is() {
        Cgroup group = driver.create(parent + "/one", CgroupResources.NONE);
        CgroupResources escape =
                CgroupResources.builder().unified(Map.of("../memory.max", "1")).build();
        assertThatThrownBy(() -> group.update(escape)).isInstanceOf(Fault.class).hasMessageContaining("../memory.max");
        if (driver.version() == CgroupVersion.V2) {
            group.update(CgroupResources.builder()
                    .unified(Map.of("memory.high", Long.toString(8 * MIB)))
                    .build());
            assertThat(group.unifiedDirectory().orElseThrow().resolve("memory.high"))
                    .hasContent(Long.toString(8 * MIB));
        }
    }

    private int exitIn(Cgroup group, String script) throws IOException, InterruptedException {
        Process process = startIn(group, script);
        assertThat(process.waitFor(PATIENCE)).isTrue();
        return process.exitValue();
    }

    /** Starts a shell that waits for a line, moves it into the group, and lets it run. */
    private Process startIn(Cgroup group, String script) throws IOException {
        Process process = new ProcessBuilder("sh", "-c", "read go; " + script)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        processes.add(process);
        List<Path> files = new ArrayList<>(group.attachFiles());
        if (files.isEmpty()) {
            files.add(group.unifiedDirectory().orElseThrow().resolve("cgroup.procs"));
        }
        for (Path file : files) {
            Files.writeString(file, Long.toString(process.pid()), StandardOpenOption.WRITE);
        }
        process.outputWriter().append("go\n").flush();
        return process;
    }
}
