package io.windlass.linux;

import java.util.List;

/**
 * Owners, modes, times and extended attributes of files; none follows a symbolic link in the last place. To set them, an empty name stands
 * for the open file itself. See {@link Syscalls}.
 */
public interface AttributeSyscalls {
    /** @param flags AT_SYMLINK_NOFOLLOW is always added, and AT_EMPTY_PATH to an empty name */
    void fchownat(Fd directory, String name, int uid, int gid, int flags);

    /** Changes permissions; EOPNOTSUPP for a symbolic link, which has none. */
    void fchmodat(Fd directory, String name, int mode);

    /** Sets the modification time and the access time to the same moment. */
    void utimensat(Fd directory, String name, long seconds, long nanos);

    void setxattr(Fd directory, String name, byte[] attribute, byte[] value);

    /** ENODATA when the file has no such attribute. */
    byte[] getxattr(Fd directory, String name, byte[] attribute);

    List<byte[]> listxattr(Fd directory, String name);

    void removexattr(Fd directory, String name, byte[] attribute);
}
