package io.windlass.cri.mapping;

import io.windlass.cri.v1.LinuxContainerResources;
import io.windlass.pod.model.HugepageLimit;
import java.util.List;

/** Resource limits. */
public final class ResourcesMapping {
    private ResourcesMapping() {}

    public static io.windlass.pod.model.LinuxContainerResources fromWire(LinuxContainerResources wire) {
        List<HugepageLimit> hugepages = wire.getHugepageLimitsList().stream()
                .map(limit -> new HugepageLimit(limit.getPageSize(), limit.getLimit()))
                .toList();
        return new io.windlass.pod.model.LinuxContainerResources(
                wire.getCpuPeriod(),
                wire.getCpuQuota(),
                wire.getCpuShares(),
                wire.getMemoryLimitInBytes(),
                wire.getOomScoreAdj(),
                wire.getCpusetCpus(),
                wire.getCpusetMems(),
                hugepages,
                wire.getUnifiedMap(),
                wire.getMemorySwapLimitInBytes());
    }

    static LinuxContainerResources toWire(io.windlass.pod.model.LinuxContainerResources domain) {
        LinuxContainerResources.Builder wire = LinuxContainerResources.newBuilder()
                .setCpuPeriod(domain.cpuPeriod())
                .setCpuQuota(domain.cpuQuota())
                .setCpuShares(domain.cpuShares())
                .setMemoryLimitInBytes(domain.memoryLimitInBytes())
                .setOomScoreAdj(domain.oomScoreAdj())
                .setCpusetCpus(domain.cpusetCpus())
                .setCpusetMems(domain.cpusetMems())
                .putAllUnified(domain.unified())
                .setMemorySwapLimitInBytes(domain.memorySwapLimitInBytes());
        domain.hugepageLimits()
                .forEach(limit -> wire.addHugepageLimitsBuilder()
                        .setPageSize(limit.pageSize())
                        .setLimit(limit.limit()));
        return wire.build();
    }
}
