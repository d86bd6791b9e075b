package io.windlass.pod.stats;

import io.windlass.linux.cgroup.CgroupDetails;
import io.windlass.linux.cgroup.CgroupPressure;
import io.windlass.linux.cgroup.CgroupStats;
import java.util.List;
import java.util.OptionalLong;

/**
 * What the kernel tells of a container's group at one time.
 *
 * @param nanoCores CPU time per second since the reading before; absent for the first
 */
public record GroupReading(
        CgroupStats stats,
        OptionalLong nanoCores,
        CgroupPressure pressure,
        CgroupDetails details,
        long oomKills,
        List<Long> processes) {
    public GroupReading {
        processes = List.copyOf(processes);
    }
}
