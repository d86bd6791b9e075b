package io.windlass.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What {@code statfs} says of a file system; counts of blocks are in units of {@code blockSize} bytes.
 *
 * @param type the magic number, like {@link #OVERLAY}
 */
public record FsStat(
        long type, long blockSize, long blocks, long blocksFree, long blocksAvailable, long inodes, long inodesFree) {
    public static final long PROC = 0x9fa0;
    public static final long SYSFS = 0x62656572;
    public static final long TMPFS = 0x01021994;
    public static final long OVERLAY = 0x794c7630;
    public static final long CGROUP = 0x27e0eb;
    public static final long CGROUP2 = 0x63677270;
    public static final long NSFS = 0x6e736673;
    static final int BYTES = 120;

    static FsStat decode(MemorySegment s) {
        return new FsStat(
                s.get(ValueLayout.JAVA_LONG, 0),
                s.get(ValueLayout.JAVA_LONG, 8),
                s.get(ValueLayout.JAVA_LONG, 16),
                s.get(ValueLayout.JAVA_LONG, 24),
                s.get(ValueLayout.JAVA_LONG, 32),
                s.get(ValueLayout.JAVA_LONG, 40),
                s.get(ValueLayout.JAVA_LONG, 48));
    }
}
