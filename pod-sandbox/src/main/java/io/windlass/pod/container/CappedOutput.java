package io.windlass.pod.container;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The first 16 MiB of an output; the rest is counted as read and dropped, so that a command cannot fill the memory. Kept in
 * pieces, so that it is never copied as a whole. Not thread-safe.
 */
final class CappedOutput {
    private static final int MOST = 16 << 20;
    private static final int PIECE = 64 << 10;

    private final OutputBudget.Share share;
    private final List<ByteBuffer> pieces = new ArrayList<>();
    private int kept;

    CappedOutput(OutputBudget.Share share) {
        this.share = share;
    }

    void add(ByteBuffer data) {
        while (data.hasRemaining() && kept < MOST) {
            ByteBuffer piece = lastPiece();
            int size = Math.min(data.remaining(), piece.remaining());
            piece.put(data.slice(data.position(), size));
            data.position(data.position() + size);
            kept += size;
        }
    }

    private ByteBuffer lastPiece() {
        if (pieces.isEmpty() || !pieces.getLast().hasRemaining()) {
            share.take(PIECE);
            pieces.add(ByteBuffer.allocate(PIECE));
        }
        return pieces.getLast();
    }

    /** What was kept, ready to be read. */
    List<ByteBuffer> pieces() {
        return pieces.stream().map(piece -> piece.duplicate().flip()).toList();
    }
}
