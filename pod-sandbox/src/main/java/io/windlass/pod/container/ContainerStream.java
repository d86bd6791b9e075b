package io.windlass.pod.container;

import java.nio.ByteBuffer;

/**
 * The input and output of one process: of an exec, or of a container's first.
 *
 * <p>One thread may read while another one writes; both block, which suits virtual threads. Closing ends the caller's
 * interest, not the process.
 */
public interface ContainerStream extends AutoCloseable {
    /** The next piece; after {@link Output.End} nothing follows. */
    Output read();

    /** Sends input; blocks while the process does not take it. */
    void stdin(byte[] bytes, int offset, int length);

    /** No more input. */
    void closeStdin();

    /** The size of the terminal; without one it has no effect. */
    void resize(int columns, int rows);

    @Override
    void close();

    /** What can be read. */
    sealed interface Output {
        record StdOut(ByteBuffer bytes) implements Output {}

        record StdErr(ByteBuffer bytes) implements Output {}

        /** The process ended, with 128 + N for signal N; output may still follow. */
        record Exited(int exitCode) implements Output {}

        record End() implements Output {}
    }
}
