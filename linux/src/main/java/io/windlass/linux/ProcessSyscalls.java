package io.windlass.linux;

import java.util.List;

/** Processes, namespaces of the calling thread, and bpf. See {@link Syscalls}. */
public interface ProcessSyscalls {
    Fd pidfdOpen(long pid);

    void pidfdSendSignal(Fd process, int signal);

    int prctl(int option, long second, long third, long fourth, long fifth);

    /** Moves the calling thread into a namespace: only on a thread that ends afterwards. See {@link NamespaceThread}. */
    void setns(Fd namespace, NamespaceType type);

    /** Gives the calling thread new namespaces (CLONE_* flags): only on a thread that ends afterwards. */
    void unshare(int flags);

    /**
     * Loads a bpf program.
     *
     * @param type BPF_PROG_TYPE_*
     * @param instructions struct bpf_insn after struct bpf_insn, in the machine's byte order
     */
    Fd bpfLoad(int type, byte[] instructions);

    /**
     * Attaches a program.
     *
     * @param attachType BPF_CGROUP_*
     * @param flags BPF_F_ALLOW_*
     */
    void bpfAttach(Fd target, Fd program, int attachType, int flags);

    /** The programs attached to a cgroup itself, as descriptors that the caller closes. */
    List<Fd> bpfAttached(Fd target, int attachType);

    void bpfDetach(Fd target, Fd program, int attachType);
}
