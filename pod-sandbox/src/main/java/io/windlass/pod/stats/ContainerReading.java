package io.windlass.pod.stats;

import io.windlass.linux.cgroup.CgroupDetails;
import io.windlass.linux.cgroup.CgroupPressure;
import io.windlass.linux.cgroup.CgroupStats;
import io.windlass.pod.rootfs.RootfsCapacity;
import io.windlass.pod.rootfs.RootfsUsage;
import java.time.Instant;
import java.util.Optional;

/**
 * All that is read about a container at one time.
 *
 * @param startedAt when it was created if it has not been started
 * @param layer absent when the writable layer could not be measured
 */
record ContainerReading(
        Instant startedAt,
        CgroupStats stats,
        CgroupDetails details,
        CgroupPressure pressure,
        long oomKills,
        ProcessCounts processes,
        Optional<RootfsUsage> layer,
        RootfsCapacity capacity) {}
