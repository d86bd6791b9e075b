package io.windlass.pod.spec;

import io.windlass.pod.model.HugepageLimit;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.runtime.oci.Cpu;
import io.windlass.runtime.oci.DeviceRule;
import io.windlass.runtime.oci.Memory;
import io.windlass.runtime.oci.Resources;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The cgroup limits of a container's document. */
public final class ResourcePlan {
    private ResourcePlan() {}

    static Resources resources(SpecRequest request, List<DeviceRule> rules) {
        return of(request.config().resources().orElse(LinuxContainerResources.NONE))
                .withDevices(rules);
    }

    /** Limits that are 0 or empty stay as the kernel has them. */
    public static Resources of(LinuxContainerResources limits) {
        return Resources.NONE
                .withCpu(Cpu.of(
                        given(limits.cpuShares()),
                        given(limits.cpuQuota()),
                        given(limits.cpuPeriod()),
                        given(limits.cpusetCpus()),
                        given(limits.cpusetMems())))
                .withMemory(Memory.of(given(limits.memoryLimitInBytes()), given(limits.memorySwapLimitInBytes())))
                .withHugepageLimits(limits.hugepageLimits().stream()
                        .map(limit -> new io.windlass.runtime.oci.HugepageLimit(limit.pageSize(), limit.limit()))
                        .toList())
                .withUnified(limits.unified());
    }

    /** The reverse of {@link #of}, of what the CRI has a field for. */
    public static LinuxContainerResources limits(Resources limits) {
        Cpu cpu = limits.cpu() == null ? Cpu.of(null, null, null, null, null) : limits.cpu();
        Memory memory = limits.memory() == null ? Memory.of(null, null) : limits.memory();
        return new LinuxContainerResources(
                orZero(cpu.period()),
                orZero(cpu.quota()),
                orZero(cpu.shares()),
                orZero(memory.limit()),
                0,
                orEmpty(cpu.cpus()),
                orEmpty(cpu.mems()),
                limits.hugepageLimits().stream()
                        .map(limit -> new HugepageLimit(limit.pageSize(), limit.limit()))
                        .toList(),
                limits.unified(),
                orZero(memory.swap()));
    }

    private static long orZero(@Nullable Long value) {
        return value == null ? 0 : value;
    }

    private static String orEmpty(@Nullable String value) {
        return value == null ? "" : value;
    }

    private static @Nullable Long given(long value) {
        return value == 0 ? null : value;
    }

    private static @Nullable String given(String value) {
        return value.isEmpty() ? null : value;
    }
}
