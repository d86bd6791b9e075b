package io.windlass.runtime.oci;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The cgroup limits of a container. */
public record Resources(
        List<DeviceRule> devices,
        @Nullable Memory memory,
        @Nullable Cpu cpu,
        @Nullable Pids pids,
        @Nullable BlockIo blockIO,
        List<HugepageLimit> hugepageLimits,
        @Nullable NetworkResources network,
        Map<String, Rdma> rdma,
        Map<String, String> unified) {
    public static final Resources NONE =
            new Resources(List.of(), null, null, null, null, List.of(), null, Map.of(), Map.of());

    public Resources {
        devices = Absent.list(devices);
        hugepageLimits = Absent.list(hugepageLimits);
        rdma = Absent.map(rdma);
        unified = Absent.map(unified);
    }

    public Resources withDevices(List<DeviceRule> rules) {
        return new Resources(rules, memory, cpu, pids, blockIO, hugepageLimits, network, rdma, unified);
    }

    public Resources withMemory(@Nullable Memory limits) {
        return new Resources(devices, limits, cpu, pids, blockIO, hugepageLimits, network, rdma, unified);
    }

    public Resources withCpu(@Nullable Cpu limits) {
        return new Resources(devices, memory, limits, pids, blockIO, hugepageLimits, network, rdma, unified);
    }

    public Resources withPids(@Nullable Pids limits) {
        return new Resources(devices, memory, cpu, limits, blockIO, hugepageLimits, network, rdma, unified);
    }

    public Resources withHugepageLimits(List<HugepageLimit> limits) {
        return new Resources(devices, memory, cpu, pids, blockIO, limits, network, rdma, unified);
    }

    public Resources withUnified(Map<String, String> values) {
        return new Resources(devices, memory, cpu, pids, blockIO, hugepageLimits, network, rdma, values);
    }
}
