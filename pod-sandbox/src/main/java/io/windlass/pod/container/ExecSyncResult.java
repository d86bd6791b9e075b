package io.windlass.pod.container;

import java.nio.ByteBuffer;
import java.util.List;

/** What a command wrote, at most 16 MiB of each stream, in pieces that are backed by arrays, and how it ended (128 + N for signal N). */
public record ExecSyncResult(List<ByteBuffer> stdout, List<ByteBuffer> stderr, int exitCode) {
    public ExecSyncResult {
        stdout = List.copyOf(stdout);
        stderr = List.copyOf(stderr);
    }
}
