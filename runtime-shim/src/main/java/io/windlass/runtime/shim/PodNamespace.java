package io.windlass.runtime.shim;

import java.util.Locale;

/** A namespace that the containers of a pod share because the pod's shim owns it, and its bit in the protocol. */
public enum PodNamespace {
    NET(1),
    IPC(2),
    UTS(4),
    PID(8),
    USER(16);

    private final int bit;

    PodNamespace(int bit) {
        this.bit = bit;
    }

    int bit() {
        return bit;
    }

    /** The file that pins the namespace, below {@code <pod directory>/ns}. */
    public String fileName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
