package io.windlass.pod.quota;

/**
 * How quotas are given.
 *
 * @param firstProject the project ids that this daemon may use begin here
 * @param projects how many they are
 * @param defaults limits of containers that ask for none
 */
public record QuotaPolicy(long firstProject, long projects, DiskLimits defaults) {
    public static final long USUAL_FIRST_PROJECT = 2_000_000_000;
    public static final long USUAL_PROJECTS = 1_000_000;
    public static final QuotaPolicy USUAL = new QuotaPolicy(USUAL_FIRST_PROJECT, USUAL_PROJECTS, DiskLimits.NONE);
    /** The largest project id: the kernel has no use for 2^32 - 1. */
    public static final long LAST_PROJECT = 0xfffffffeL;

    @Override
    public String toString() {
        return firstProject + "-" + (firstProject + projects - 1);
    }
}
