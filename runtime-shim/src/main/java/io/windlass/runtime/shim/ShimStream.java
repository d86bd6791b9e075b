package io.windlass.runtime.shim;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * The streams of an exec'ed process or of an attached container.
 *
 * <p>One thread reads, another may write. A reader that is slow slows the process down; nothing is dropped and nothing piles
 * up here. All waits end when the thread is interrupted, with a {@link io.windlass.fault.Fault} of kind CANCELLED.
 * Closing ends the interest in the process, not the process.
 */
public interface ShimStream extends AutoCloseable {
    /** The next frame; after {@link Frame.End} always End again. */
    Frame read();

    /** The next frame if one comes within {@code timeout}. */
    Optional<Frame> read(Duration timeout);

    /** Sends all of {@code data} to the process. A process that has closed its standard input discards it. */
    void stdin(ByteBuffer data);

    void closeStdin();

    void resize(int columns, int rows);

    /** Kills everything the exec'ed process has started, however it detached itself; not for an attached container. */
    void killTree();

    @Override
    void close();

    /** What a process sends. */
    sealed interface Frame {
        /** Output; the buffer belongs to the reader. */
        record StdOut(ByteBuffer data) implements Frame {}

        /** Output of the second stream; never with a terminal. */
        record StdErr(ByteBuffer data) implements Frame {}

        /** The first process ended; output of others may follow. {@code exitCode} is 128 + signal when a signal ended it. */
        record Exited(int exitCode, int signal) implements Frame {}

        /** Nothing follows. */
        record End() implements Frame {}
    }
}
