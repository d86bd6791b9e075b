package io.windlass.linux;

/**
 * What the files of a project take on one filesystem.
 *
 * @param bytesLimit 0 where there is none
 * @param inodesLimit 0 where there is none
 */
public record ProjectUsage(long bytes, long inodes, long bytesLimit, long inodesLimit) {
    public static final ProjectUsage NOTHING = new ProjectUsage(0, 0, 0, 0);

    /** Whether no file belongs to the project; it may have limits. */
    public boolean empty() {
        return bytes == 0 && inodes == 0;
    }
}
