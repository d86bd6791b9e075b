package io.windlass.nri.ttrpc;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A socket that carries numbered connections: each piece is preceded by the connection's number and the piece's length, both
 * 32 bits, big-endian. Pieces of connections that nobody opened are dropped. Thread-safe.
 */
public final class Trunk implements AutoCloseable {
    private static final int HEADER = 8;
    private static final int FIRST = 4096;
    private static final int MAXIMUM = Frame.HEADER + Frame.MAXIMUM;

    private final SocketChannel socket;
    private final Outlet outlet;
    private final Map<Integer, Inlet> inlets = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    public Trunk(SocketChannel socket) {
        this.socket = socket;
        this.outlet = new Outlet(socket);
    }

    /** What arrives on one connection, from now on; opened before {@link #start}. */
    InputStream open(int connection) {
        return inlets.computeIfAbsent(connection, _ -> new Inlet());
    }

    /** Begins to read and to write. */
    public void start(String name) {
        Thread.ofVirtual().name(name + " in").start(this::read);
        Thread.ofVirtual().name(name + " out").start(this::write);
    }

    /** Whether nothing can be sent or received any more. */
    public boolean closed() {
        return closed.get();
    }

    /**
     * Sends a whole message, without waiting for the peer; those of several senders do not mix. A message goes in two pieces at most: peers take the first
     * one into a buffer of {@value #FIRST} bytes and give the connection up when it does not fit; they then know the
     * message's length, and take the rest as it comes.
     */
    void send(int connection, byte[] message) throws IOException {
        int first = Math.min(message.length, FIRST);
        ByteBuffer pieces = ByteBuffer.allocate(2 * HEADER + message.length);
        piece(pieces, connection, message, 0, first);
        if (first < message.length) {
            piece(pieces, connection, message, first, message.length - first);
        }
        outlet.put(pieces.flip());
    }

    private static void piece(ByteBuffer target, int connection, byte[] message, int offset, int length) {
        target.putInt(connection).putInt(length).put(message, offset, length);
    }

    private void write() {
        try {
            outlet.run();
        } catch (IOException e) {
            // The peer is gone, or close() was called.
            close();
        }
    }

    private void read() {
        // Closed by close() alone, which says so before the peer can see it.
        DataInputStream in = new DataInputStream(Channels.newInputStream(socket));
        try {
            while (true) {
                int connection = in.readInt();
                int length = in.readInt();
                if (length < 0 || length > MAXIMUM) {
                    throw new IOException(
                            "a piece of " + Integer.toUnsignedLong(length) + " bytes, more than " + MAXIMUM);
                }
                byte[] piece = new byte[length];
                in.readFully(piece);
                Inlet inlet = inlets.get(connection);
                if (inlet != null) {
                    inlet.put(piece);
                }
            }
        } catch (IOException e) {
            // The peer is gone, broke the protocol, or close() was called: in each case nothing more can be read.
            close();
        }
    }

    /** Idempotent. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            socket.close();
        } catch (IOException e) {
            System.getLogger(Trunk.class.getName()).log(System.Logger.Level.DEBUG, "cannot close a plugin's socket", e);
        }
        outlet.end();
        inlets.values().forEach(Inlet::end);
    }
}
