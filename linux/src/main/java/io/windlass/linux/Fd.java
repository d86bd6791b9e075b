package io.windlass.linux;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * An open file descriptor with one owner, who closes it.
 *
 * <p>Closing is idempotent and thread-safe: the kernel may have given the number to someone else after the first close, so
 * there is never a second one. The number cannot be had any more after closing.
 */
public final class Fd implements AutoCloseable {
    /** Names are resolved from the working directory (AT_FDCWD). */
    public static final Fd WORKING_DIRECTORY = borrowed(-100);

    private static final int CLOSED = Integer.MIN_VALUE;

    private final AtomicInteger number;
    private final IntConsumer closer;

    public Fd(int number, IntConsumer closer) {
        this.number = new AtomicInteger(number);
        this.closer = closer;
    }

    /** A descriptor that someone else owns: closing this object does not close it. */
    public static Fd borrowed(int number) {
        return new Fd(number, ignored -> {});
    }

    public int number() {
        int current = number.get();
        if (current == CLOSED) {
            throw new IllegalStateException("file descriptor used after it was closed");
        }
        return current;
    }

    /** A path that leads to the open file itself, for interfaces that only take paths. Valid while this is open. */
    public Path path() {
        return Path.of("/proc/self/fd/" + number());
    }

    @Override
    public void close() {
        int current = number.getAndSet(CLOSED);
        if (current != CLOSED) {
            closer.accept(current);
        }
    }

    @Override
    public String toString() {
        int current = number.get();
        return current == CLOSED ? "fd closed" : current == -100 ? "cwd" : "fd " + current;
    }
}
