package io.windlass.runtime.program;

/** A place for a file descriptor during the run of a program. */
public record Slot(int number) {
    /** No slot. */
    public static final Slot NONE = new Slot(-1);

    /** How many slots a program has. */
    static final int COUNT = 256;
}
