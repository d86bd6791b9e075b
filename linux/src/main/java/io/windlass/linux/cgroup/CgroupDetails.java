package io.windlass.linux.cgroup;

import java.util.List;
import java.util.OptionalLong;

/**
 * What a control group has used and may use beyond {@link CgroupStats}; a figure whose controller the machine lacks is 0 or
 * absent.
 *
 * @param taskLimit how many tasks it may have; absent without a limit
 */
public record CgroupDetails(
        Memory memory, Cpu cpu, OptionalLong taskLimit, List<BlockDeviceUsage> devices, List<HugepageUsage> hugepages) {
    public CgroupDetails {
        devices = List.copyOf(devices);
        hugepages = List.copyOf(hugepages);
    }

    /**
     * Bytes, but for counts of events.
     *
     * @param cache pages of files
     * @param highestUsage 0 where the kernel does not keep it (version 2 before Linux 5.19)
     * @param limitHits how often usage ran into the limit
     * @param ownPageFaults of this group without those below it; version 2 knows only both together
     * @param softLimit what is left to the group when memory is short; absent without one
     * @param swapLimit of swap, on version 1 of memory and swap together, as the control file has it; absent without one
     */
    public record Memory(
            long cache,
            long mappedFile,
            long activeFile,
            long inactiveFile,
            long kernel,
            long highestUsage,
            long limitHits,
            long ownPageFaults,
            long ownMajorPageFaults,
            OptionalLong softLimit,
            OptionalLong swapLimit) {}

    /** Shares are relative to 1024; quota and period are microseconds, the quota absent without a limit. */
    public record Cpu(OptionalLong shares, OptionalLong quota, OptionalLong period) {}
}
