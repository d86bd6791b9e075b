package io.windlass.linux;

/** Numbers of the kernel's interface that only {@link Kernel} needs. */
final class Abi {
    static final int SOCK_CLOEXEC = 02000000;
    static final int FSOPEN_CLOEXEC = 1;
    static final int FSMOUNT_CLOEXEC = 1;
    static final int FSCONFIG_SET_FLAG = 0;
    static final int FSCONFIG_SET_STRING = 1;
    static final int FSCONFIG_SET_FD = 5;
    static final int FSCONFIG_CMD_CREATE = 6;
    static final int STATX_BASIC_STATS_AND_MOUNT_ID = 0x17ff;
    static final int BPF_PROG_LOAD = 5;
    static final int BPF_PROG_ATTACH = 8;
    static final int BPF_PROG_DETACH = 9;
    static final int BPF_PROG_GET_FD_BY_ID = 13;
    static final int BPF_PROG_QUERY = 16;
    /** As many as the kernel allows on one cgroup. */
    static final int MOST_PROGRAMS = 64;

    static final long FS_IOC_FSGETXATTR = 0x801c581fL;
    static final long FS_IOC_FSSETXATTR = 0x401c5820L;
    static final int FS_XFLAG_PROJINHERIT = 0x200;
    static final int PRJQUOTA = 2;
    static final int Q_GETQUOTA = 0x800007;
    static final int Q_SETQUOTA = 0x800008;
    static final int Q_XGETQSTAT = 0x5805;
    static final int QIF_BLIMITS = 1;
    static final int QIF_ILIMITS = 4;
    static final int FS_QUOTA_PDQ_ACCT = 1 << 4;
    static final int FS_QUOTA_PDQ_ENFD = 1 << 5;

    private Abi() {}
}
