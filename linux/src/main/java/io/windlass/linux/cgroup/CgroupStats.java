package io.windlass.linux.cgroup;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * What a control group has used. Times are nanoseconds since the group was made, memory is bytes; a figure whose controller
 * the machine lacks is 0.
 *
 * @param memoryWorkingSet usage without the file pages that can be dropped at once
 * @param memoryLimit empty when there is none
 * @param swapLimit of swap without memory; empty when there is none
 * @param pids tasks, which are threads
 * @param cpuPeriods periods of the CPU quota that have passed, {@code cpuThrottledPeriods} of them with throttling
 */
public record CgroupStats(
        Instant at,
        long cpuUsageNanos,
        long cpuUserNanos,
        long cpuSystemNanos,
        long cpuPeriods,
        long cpuThrottledPeriods,
        long cpuThrottledNanos,
        long memoryUsage,
        long memoryWorkingSet,
        long memoryRss,
        long memoryPageFaults,
        long memoryMajorPageFaults,
        OptionalLong memoryLimit,
        long swapUsage,
        OptionalLong swapLimit,
        long pids) {}
