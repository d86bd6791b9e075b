package io.windlass.linux.cgroup;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One control group, in all hierarchies. Thread-safe, but for two updates at once. */
public interface Cgroup {
    String path();

    /** Changes the limits that {@code resources} names and no other. When one cannot be set, those set before it are put back. */
    default void update(CgroupResources resources) {
        update(resources, () -> {});
    }

    /** As {@link #update(CgroupResources)}, with one more step at the end: when it fails with a fault, the limits are put back. */
    void update(CgroupResources resources, Runnable last);

    /**
     * Tells whoever else keeps account of groups that this one is made and has a process. Does nothing where it is the kernel
     * alone.
     *
     * @param process the first in the group, by id in the daemon's PID namespace
     */
    default void register(long process) {}

    CgroupStats stats();

    /** Costs more to read than {@link #stats}. */
    CgroupDetails details();

    /** How long the group's tasks have waited; absent where the group is in no cgroup2 hierarchy. */
    CgroupPressure pressure();

    /** The processes of this group and of groups below it, by id in the daemon's PID namespace. */
    List<Long> processes();

    /** How many processes of this group, or of groups below it, the kernel has killed for lack of memory. */
    long oomKills();

    /** Whether any process lives in this group or in one below it. */
    boolean populated();

    /**
     * The files to which a single-threaded process writes "0" to enter the group, in this order: {@code cpu} is last, because
     * from then on the process runs under the group's share. Empty on version 2, where processes are cloned into
     * {@link #unifiedDirectory()}.
     */
    List<Path> attachFiles();

    /** The folder of the group in the cgroup2 hierarchy, which hybrid machines have too. */
    Optional<Path> unifiedDirectory();

    /** @throws io.windlass.fault.Fault FAILED_PRECONDITION where the machine has no freezer */
    Freezer freezer();

    /** Sends SIGKILL to all processes of this group and of groups below it. They may still be exiting on return. */
    void kill();

    /** Removes the group and all groups below it, waiting a bounded time for processes that are still exiting. */
    void remove();

    /** Removes the groups above this one that are empty, the nearest first, up to the first that is not. */
    void removeEmptyParents();
}
