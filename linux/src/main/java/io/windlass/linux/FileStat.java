package io.windlass.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;

/**
 * What {@code statx} says of a file.
 *
 * @param mode type and permission bits
 * @param blocks allocated blocks of 512 bytes, whatever the file system's block size
 * @param specialDevice for device nodes: the device they stand for
 * @param mountId of the mount that the file was reached through
 * @param mountRoot whether the file is the root of a mount
 */
public record FileStat(
        int mode,
        int uid,
        int gid,
        long links,
        long inode,
        long size,
        long blocks,
        Instant modified,
        Device device,
        Device specialDevice,
        long mountId,
        boolean mountRoot) {
    static final int BYTES = 256;
    private static final long ATTRIBUTE_MOUNT_ROOT = 0x2000;

    static FileStat decode(MemorySegment s) {
        return new FileStat(
                Short.toUnsignedInt(s.get(ValueLayout.JAVA_SHORT, 28)),
                s.get(ValueLayout.JAVA_INT, 20),
                s.get(ValueLayout.JAVA_INT, 24),
                Integer.toUnsignedLong(s.get(ValueLayout.JAVA_INT, 16)),
                s.get(ValueLayout.JAVA_LONG, 32),
                s.get(ValueLayout.JAVA_LONG, 40),
                s.get(ValueLayout.JAVA_LONG, 48),
                Instant.ofEpochSecond(s.get(ValueLayout.JAVA_LONG, 112), s.get(ValueLayout.JAVA_INT, 120)),
                new Device(s.get(ValueLayout.JAVA_INT, 136), s.get(ValueLayout.JAVA_INT, 140)),
                new Device(s.get(ValueLayout.JAVA_INT, 128), s.get(ValueLayout.JAVA_INT, 132)),
                s.get(ValueLayout.JAVA_LONG, 144),
                (s.get(ValueLayout.JAVA_LONG, 8) & ATTRIBUTE_MOUNT_ROOT) != 0);
    }

    public boolean isDirectory() {
        return (mode & FileMode.TYPE_MASK) == FileMode.DIRECTORY;
    }

    public boolean isRegularFile() {
        return (mode & FileMode.TYPE_MASK) == FileMode.REGULAR;
    }

    public boolean isSymbolicLink() {
        return (mode & FileMode.TYPE_MASK) == FileMode.SYMBOLIC_LINK;
    }

    /** A device number in its two parts. */
    public record Device(int major, int minor) {
        /** The form that {@code mknod} takes. */
        public long encoded() {
            return ((major & 0xfff) << 8)
                    | (minor & 0xff)
                    | ((long) (minor & ~0xff) << 12)
                    | ((long) (major & ~0xfff) << 32);
        }

        @Override
        public String toString() {
            return major + ":" + minor;
        }
    }
}
