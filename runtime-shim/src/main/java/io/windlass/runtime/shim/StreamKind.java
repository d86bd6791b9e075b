package io.windlass.runtime.shim;

/** A standard stream of a process, and its bit in the protocol. */
public enum StreamKind {
    STDIN(1),
    STDOUT(2),
    STDERR(4);

    private final int bit;

    StreamKind(int bit) {
        this.bit = bit;
    }

    int bit() {
        return bit;
    }
}
