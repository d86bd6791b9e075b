package io.windlass.linux;

import java.util.Locale;

/** The system calls that {@link Kernel} makes, with their numbers on x86_64 and aarch64. */
enum SystemCall {
    BIND(49, 200),
    BPF(321, 280),
    CLOSE(3, 57),
    CONNECT(42, 203),
    FCHMODAT(268, 53),
    FCHMODAT2(452, 452),
    FCHOWNAT(260, 54),
    FSCONFIG(431, 431),
    FSMOUNT(432, 432),
    FSOPEN(430, 430),
    FSYNC(74, 82),
    FTRUNCATE(77, 46),
    GETDENTS64(217, 61),
    GETSOCKNAME(51, 204),
    IOCTL(16, 29),
    LGETXATTR(192, 9),
    LINKAT(265, 37),
    LISTEN(50, 201),
    LLISTXATTR(195, 12),
    LREMOVEXATTR(198, 15),
    LSETXATTR(189, 6),
    MADVISE(28, 233),
    MKDIRAT(258, 34),
    MKNODAT(259, 33),
    MOUNT(165, 40),
    MOUNT_SETATTR(442, 442),
    MOVE_MOUNT(429, 429),
    OPENAT(257, 56),
    OPENAT2(437, 437),
    OPEN_TREE(428, 428),
    PIDFD_OPEN(434, 434),
    PIDFD_SEND_SIGNAL(424, 424),
    PRCTL(157, 167),
    PREAD64(17, 67),
    PWRITE64(18, 68),
    QUOTACTL_FD(443, 443),
    READ(0, 63),
    READLINKAT(267, 78),
    RECVFROM(45, 207),
    RENAMEAT2(316, 276),
    SENDTO(44, 206),
    SETNS(308, 268),
    SETSOCKOPT(54, 208),
    SETXATTR(188, 5),
    SOCKET(41, 198),
    STATFS(137, 43),
    STATX(332, 291),
    SYMLINKAT(266, 36),
    SYNCFS(306, 267),
    SYNC_FILE_RANGE(277, 84),
    UMOUNT2(166, 39),
    UNLINKAT(263, 35),
    UNSHARE(272, 97),
    UTIMENSAT(280, 88),
    WRITE(1, 64);

    private static final boolean ARM = Architecture.current() == Architecture.AARCH64;

    private final int x86;
    private final int arm;

    SystemCall(int x86, int arm) {
        this.x86 = x86;
        this.arm = arm;
    }

    long number() {
        return ARM ? arm : x86;
    }

    String callName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
