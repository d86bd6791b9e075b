package io.windlass.cri.grpc;

import com.google.protobuf.ByteString;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Supplier;

/** The bytes that a client sends in pieces. Not thread-safe. */
final class ChunkStream extends InputStream {
    private final Supplier<Optional<ByteString>> chunks;
    private ByteBuffer current = ByteBuffer.allocate(0);

    ChunkStream(Supplier<Optional<ByteString>> chunks) {
        this.chunks = chunks;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        while (!current.hasRemaining()) {
            Optional<ByteString> next = chunks.get();
            if (next.isEmpty()) {
                return -1;
            }
            current = next.get().asReadOnlyByteBuffer();
        }
        int count = Math.min(length, current.remaining());
        current.get(buffer, offset, count);
        return count;
    }
}
