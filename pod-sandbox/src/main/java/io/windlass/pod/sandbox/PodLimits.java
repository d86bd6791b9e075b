package io.windlass.pod.sandbox;

import io.windlass.fault.Fault;
import io.windlass.pod.model.HugepageLimit;
import io.windlass.pod.model.LinuxContainerResources;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The limits of a pod's own group: what its containers may take together, and what the pod takes besides. */
final class PodLimits {
    private static final long USUAL_PERIOD = 100_000;

    private PodLimits() {}

    /**
     * The sums. What {@code resources} do not limit is not limited: overhead alone would take room from the containers.
     *
     * @throws Fault when both have the same file of {@code unified}, whose values cannot be added
     */
    static LinuxContainerResources of(
            Optional<LinuxContainerResources> resources, Optional<LinuxContainerResources> overhead) {
        if (resources.isEmpty() || overhead.isEmpty()) {
            return resources.orElse(LinuxContainerResources.NONE);
        }
        LinuxContainerResources base = resources.get();
        LinuxContainerResources more = overhead.get();
        return new LinuxContainerResources(
                base.cpuPeriod(),
                sum(base.cpuQuota(), scaled(more, base.cpuPeriod())),
                sum(base.cpuShares(), more.cpuShares()),
                sum(base.memoryLimitInBytes(), more.memoryLimitInBytes()),
                0,
                base.cpusetCpus(),
                base.cpusetMems(),
                hugepages(base, more),
                unified(base, more),
                sum(
                        base.memorySwapLimitInBytes(),
                        more.memorySwapLimitInBytes() > 0 ? more.memorySwapLimitInBytes() : more.memoryLimitInBytes()));
    }

    private static long sum(long limit, long more) {
        return limit > 0 && more > 0 ? Math.addExact(limit, more) : limit;
    }

    private static long scaled(LinuxContainerResources more, long period) {
        return more.cpuQuota() * usual(period) / usual(more.cpuPeriod());
    }

    private static long usual(long period) {
        return period > 0 ? period : USUAL_PERIOD;
    }

    private static List<HugepageLimit> hugepages(LinuxContainerResources base, LinuxContainerResources more) {
        List<HugepageLimit> sums = new ArrayList<>();
        for (HugepageLimit limit : base.hugepageLimits()) {
            long besides = more.hugepageLimits().stream()
                    .filter(other -> other.pageSize().equals(limit.pageSize()))
                    .mapToLong(HugepageLimit::limit)
                    .sum();
            sums.add(new HugepageLimit(limit.pageSize(), Math.addExact(limit.limit(), besides)));
        }
        return sums;
    }

    private static Map<String, String> unified(LinuxContainerResources base, LinuxContainerResources more) {
        Map<String, String> files = new HashMap<>(base.unified());
        new TreeMap<>(more.unified()).forEach((file, value) -> {
            if (files.putIfAbsent(file, value) != null) {
                throw Fault.invalid(
                        "cannot add overhead.unified " + file + " to resources.unified: name it in one of them");
            }
        });
        return files;
    }
}
