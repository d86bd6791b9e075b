package io.windlass.linux;

/** Flags of the calls that open and name files: O_*, RESOLVE_*, AT_*, RENAME_*. O_CLOEXEC is always added by {@link Kernel}. */
public final class OpenFlags {
    public static final int READ_ONLY = 0;
    public static final int WRITE_ONLY = 1;
    public static final int READ_WRITE = 2;
    public static final int CREATE = 0100;
    public static final int EXCLUSIVE = 0200;
    public static final int TRUNCATE = 01000;
    public static final int APPEND = 02000;
    public static final int NON_BLOCKING = 04000;
    /** Past the page cache: memory, offset and length must be whole blocks. */
    public static final int DIRECT;

    public static final int DIRECTORY;
    public static final int NO_FOLLOW;
    public static final int PATH = 010000000;
    public static final int CLOSE_ON_EXEC = 02000000;

    /** Refuses to leave the mount of the starting directory. */
    public static final long RESOLVE_NO_XDEV = 0x01;
    /** Refuses the jumping links of /proc. */
    public static final long RESOLVE_NO_MAGICLINKS = 0x02;

    public static final long RESOLVE_NO_SYMLINKS = 0x04;
    /** Refuses to leave the starting directory. */
    public static final long RESOLVE_BENEATH = 0x08;
    /** Takes the starting directory as the root, as chroot would. */
    public static final long RESOLVE_IN_ROOT = 0x10;

    public static final int AT_SYMLINK_NOFOLLOW = 0x100;
    public static final int AT_REMOVEDIR = 0x200;
    public static final int AT_SYMLINK_FOLLOW = 0x400;
    public static final int AT_EMPTY_PATH = 0x1000;
    public static final int AT_RECURSIVE = 0x8000;

    public static final int RENAME_NOREPLACE = 1;
    public static final int RENAME_EXCHANGE = 2;

    static {
        // The flags whose values differ between the architectures.
        boolean arm = Architecture.current() == Architecture.AARCH64;
        DIRECT = arm ? 0200000 : 040000;
        DIRECTORY = arm ? 040000 : 0200000;
        NO_FOLLOW = arm ? 0100000 : 0400000;
    }

    private OpenFlags() {}
}
