package io.windlass.nri.ttrpc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/** What waits to be written to a socket: who sends never waits for a peer that does not read. Many senders, one writer. */
final class Outlet {
    /** A peer that leaves more than this unread is given up. */
    static final long MOST = 3L * Frame.MAXIMUM;

    /** Nobody sends nothing. */
    private static final ByteBuffer END = ByteBuffer.allocate(0);

    private final SocketChannel socket;
    private final BlockingQueue<ByteBuffer> waiting = new LinkedBlockingQueue<>();
    private final AtomicLong unsent = new AtomicLong();
    private volatile boolean ended;

    Outlet(SocketChannel socket) {
        this.socket = socket;
    }

    /** Bytes are written in the order of these calls. */
    void put(ByteBuffer bytes) throws IOException {
        if (ended) {
            throw new IOException("the connection is closed");
        }
        long waits = unsent.addAndGet(bytes.remaining());
        if (waits > MOST) {
            throw new IOException("the peer does not read: " + waits + " bytes wait");
        }
        waiting.add(bytes);
    }

    /** Writes until the end, or until the socket fails. */
    void run() throws IOException {
        try {
            for (ByteBuffer bytes = waiting.take(); bytes.hasRemaining(); bytes = waiting.take()) {
                int length = bytes.remaining();
                while (bytes.hasRemaining()) {
                    socket.write(bytes);
                }
                unsent.addAndGet(-length);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void end() {
        ended = true;
        waiting.add(END);
    }
}
