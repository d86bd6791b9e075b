package io.windlass.nri.ttrpc;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/** The bytes of one connection of a {@link Trunk}, in the order of their arrival. One reader, one writer. */
final class Inlet extends InputStream {
    private static final byte[] END = new byte[0];
    /** Whoever sends so many pieces, or bytes, before they are read is given up. */
    static final int PIECES = 4096;

    static final long BYTES = 2L * Frame.MAXIMUM + 2 * Frame.HEADER;

    private final BlockingQueue<byte[]> pieces = new LinkedBlockingQueue<>();
    private final AtomicLong unread = new AtomicLong();
    private byte[] current = END;
    private int position;
    private boolean ended;

    void put(byte[] piece) throws IOException {
        if (piece.length == 0) {
            return;
        }
        if (pieces.size() >= PIECES || unread.addAndGet(piece.length) > BYTES) {
            throw new IOException("more than " + PIECES + " pieces or " + BYTES + " bytes are unread");
        }
        pieces.add(piece);
    }

    /** What has arrived can still be read. */
    void end() {
        pieces.add(END);
    }

    @Override
    public int read() throws IOException {
        return await() ? current[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (!await()) {
            return -1;
        }
        int count = Math.min(length, current.length - position);
        System.arraycopy(current, position, target, offset, count);
        position += count;
        return count;
    }

    private boolean await() throws IOException {
        try {
            while (!ended && position == current.length) {
                byte[] next = pieces.take();
                if (next.length == 0) {
                    ended = true;
                } else {
                    unread.addAndGet(-next.length);
                    current = next;
                    position = 0;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new EOFException("interrupted").initCause(e);
        }
        return !ended;
    }
}
