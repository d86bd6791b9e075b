package io.windlass.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;

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

    /** bpf, binfmt_misc, configfs, debugfs, devpts, efivarfs, mqueue, pstore, securityfs, selinuxfs, tracefs (magic.h). */
    private static final Set<Long> OTHERS_OF_THE_KERNEL = Set.of(
            0xcafe4a11L,
            0x42494e4dL,
            0x62656570L,
            0x64626720L,
            0x1cd1L,
            0xde5e81e4L,
            0x19800202L,
            0x6165676cL,
            0x73636673L,
            0xf97cff8cL,
            0x74726163L);

    /** Whether its files are views of the kernel, which say nothing true of their size and mean nothing elsewhere. */
    public boolean ofTheKernel() {
        return type == PROC
                || type == SYSFS
                || type == CGROUP
                || type == CGROUP2
                || type == NSFS
                || OTHERS_OF_THE_KERNEL.contains(type);
    }

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
