package io.windlass.pod.quota;

import io.windlass.linux.ProjectUsage;
import io.windlass.pod.store.Project;

/**
 * How a part of a container stands to its quota.
 *
 * @param usage with the limits that the kernel has
 */
public record DiskCondition(Project project, ProjectUsage usage) {
    private static final long BLOCK = 4096;
    private static final long SLIVER = 1 << 20;
    private static final int PARTS = 64;

    /**
     * Whether it is as good as full. A write of more than is left fails and may leave a little: xfs keeps back up to some blocks, a
     * program the rest of what it could not write in one piece.
     */
    public boolean full() {
        return bytesFull() || inodesFull();
    }

    /** Whether more is taken than the limit, which only those can do who are not kept to quotas. */
    boolean exceeded() {
        return (usage.bytesLimit() > 0 && usage.bytes() > usage.bytesLimit())
                || (usage.inodesLimit() > 0 && usage.inodes() > usage.inodesLimit());
    }

    private boolean bytesFull() {
        long limit = usage.bytesLimit();
        return limit > 0 && limit - usage.bytes() < Math.max(BLOCK, Math.min(SLIVER, limit / PARTS));
    }

    private boolean inodesFull() {
        return usage.inodesLimit() > 0 && usage.inodes() >= usage.inodesLimit();
    }

    /** What is full, in words; empty when nothing is. */
    public String message() {
        if (!full()) {
            return "";
        }
        String what = bytesFull()
                ? "%d of %d bytes".formatted(usage.bytes(), usage.bytesLimit())
                : "%d of %d inodes".formatted(usage.inodes(), usage.inodesLimit());
        String loss = project.part() == Project.Part.LOG ? "; output is dropped, and the log will say how much" : "";
        return "its " + project.part().words() + " is full: " + what + " of its quota are taken" + loss;
    }
}
