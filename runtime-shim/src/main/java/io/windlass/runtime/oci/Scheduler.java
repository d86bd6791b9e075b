package io.windlass.runtime.oci;

import java.util.List;

/** CPU scheduling of the process: a policy ("SCHED_BATCH") and what that policy takes; times in nanoseconds. */
public record Scheduler(
        String policy, int nice, int priority, List<String> flags, long runtime, long deadline, long period) {
    public Scheduler {
        flags = Absent.list(flags);
    }
}
