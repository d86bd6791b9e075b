package io.windlass.image.content;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/** Buffers for {@link UncachedFile}, kept for the next one: the JVM gives such memory back only when it collects. Thread-safe. */
final class AlignedBuffers {
    /** What any disk is content with. */
    static final int ALIGNMENT = 4096;

    private static final int SIZE = 512 << 10;
    private static final int MOST_KEPT = 8;

    private final Deque<ByteBuffer> free = new ArrayDeque<>();

    synchronized ByteBuffer take() {
        ByteBuffer kept = free.poll();
        return kept != null
                ? kept
                : ByteBuffer.allocateDirect(SIZE + ALIGNMENT)
                        .alignedSlice(ALIGNMENT)
                        .slice(0, SIZE);
    }

    synchronized void giveBack(ByteBuffer buffer) {
        if (free.size() < MOST_KEPT) {
            free.push(buffer.clear());
        }
    }
}
