package io.windlass.pod.container;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** The first 16 MiB of an output; the rest is counted as read and dropped, so that a command cannot fill the memory. */
final class CappedOutput {
    private static final int MOST = 16 << 20;

    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

    void add(ByteBuffer data) {
        byte[] bytes = new byte[Math.min(data.remaining(), MOST - kept.size())];
        data.get(bytes);
        kept.writeBytes(bytes);
    }

    byte[] bytes() {
        return kept.toByteArray();
    }
}
