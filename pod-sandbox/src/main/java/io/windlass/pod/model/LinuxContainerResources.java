package io.windlass.pod.model;

import java.util.List;
import java.util.Map;

/** Limits of one container; 0 and empty mean "not given", as on the wire. CPU times are microseconds, sizes are bytes. */
public record LinuxContainerResources(
        long cpuPeriod,
        long cpuQuota,
        long cpuShares,
        long memoryLimitInBytes,
        long oomScoreAdj,
        String cpusetCpus,
        String cpusetMems,
        List<HugepageLimit> hugepageLimits,
        Map<String, String> unified,
        long memorySwapLimitInBytes) {
    /** No limit at all. */
    public static final LinuxContainerResources NONE =
            new LinuxContainerResources(0, 0, 0, 0, 0, "", "", List.of(), Map.of(), 0);

    public LinuxContainerResources {
        hugepageLimits = List.copyOf(hugepageLimits);
        unified = Map.copyOf(unified);
    }
}
