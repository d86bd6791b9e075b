package io.windlass.linux;

/** The kinds of namespaces, with their CLONE_NEW* flag and their name under /proc/PID/ns. */
public enum NamespaceType {
    CGROUP(0x02000000, "cgroup"),
    IPC(0x08000000, "ipc"),
    MOUNT(0x00020000, "mnt"),
    NETWORK(0x40000000, "net"),
    PID(0x20000000, "pid"),
    TIME(0x00000080, "time"),
    USER(0x10000000, "user"),
    UTS(0x04000000, "uts");

    private final int flag;
    private final String procName;

    NamespaceType(int flag, String procName) {
        this.flag = flag;
        this.procName = procName;
    }

    public int flag() {
        return flag;
    }

    public String procName() {
        return procName;
    }
}
