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

    private Abi() {}
}
