package io.windlass.runtime.shim;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import jdk.net.ExtendedSocketOptions;

/**
 * Frames over one Unix-domain stream connection. One thread may read while others write. Interrupting a thread that is inside
 * a read or a write closes the connection.
 */
final class FrameChannel implements AutoCloseable {
    private static final int READ_BUFFER = 8 << 10;

    private final SocketChannel channel;
    private final ByteBuffer received = ByteBuffer.allocate(READ_BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    private final Lock writing = new ReentrantLock();

    FrameChannel(SocketChannel channel) {
        this.channel = channel;
        received.flip();
    }

    /** Connects, and makes sure that the process behind the socket is one of ours. */
    static FrameChannel connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            UserPrincipal peer =
                    channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
            UserPrincipal self = Files.getOwner(Path.of("/proc/self"));
            if (!peer.equals(self)) {
                throw new IOException("the process behind %s belongs to user %s, not to %s"
                        .formatted(socket, peer.getName(), self.getName()));
            }
            return new FrameChannel(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** The next frame; empty when the other side has closed between two frames. */
    Optional<WireFrame> read() throws IOException {
        if (!fill(WireFrame.HEADER_BYTES)) {
            return Optional.empty();
        }
        int length = received.getInt();
        int type = Short.toUnsignedInt(received.getShort());
        received.getShort();
        long id = received.getLong();
        if (length < 0 || length > WireFrame.MAX_PAYLOAD) {
            throw new IOException("a frame of type 0x%x with %d bytes".formatted(type, length));
        }
        ByteBuffer payload = ByteBuffer.allocate(length);
        int buffered = Math.min(length, received.remaining());
        payload.put(received.slice(received.position(), buffered));
        received.position(received.position() + buffered);
        while (payload.hasRemaining()) {
            if (channel.read(payload) < 0) {
                throw new EOFException("the connection ended within a frame of type 0x%x".formatted(type));
            }
        }
        return Optional.of(new WireFrame(type, id, payload.flip()));
    }

    void write(WireFrame frame) throws IOException {
        ByteBuffer payload = frame.payload().duplicate();
        ByteBuffer header = ByteBuffer.allocate(WireFrame.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(payload.remaining())
                .putShort((short) frame.type())
                .putShort((short) 0)
                .putLong(frame.id())
                .flip();
        ByteBuffer[] parts = {header, payload};
        writing.lock();
        try {
            while (payload.hasRemaining() || header.hasRemaining()) {
                channel.write(parts);
            }
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The descriptor is gone all the same; nobody can act on it.
            return;
        }
    }

    /** Makes {@code bytes} available; false when the stream ended before the first of them. */
    private boolean fill(int bytes) throws IOException {
        if (received.remaining() >= bytes) {
            return true;
        }
        received.compact();
        while (received.position() < bytes) {
            if (channel.read(received) < 0) {
                int partial = received.position();
                received.flip();
                if (partial == 0) {
                    return false;
                }
                throw new EOFException("the connection ended within a frame's header");
            }
        }
        received.flip();
        return true;
    }
}
