package io.windlass.cli;

import com.google.protobuf.ByteString;
import io.windlass.node.v1.Chunk;
import java.io.InputStream;
import java.util.Iterator;

/** The bytes that the daemon sends in pieces. Not thread-safe. */
final class ChunkInput extends InputStream {
    private final Iterator<Chunk> chunks;
    private ByteString current = ByteString.EMPTY;

    ChunkInput(Iterator<Chunk> chunks) {
        this.chunks = chunks;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        while (current.isEmpty()) {
            if (!chunks.hasNext()) {
                return -1;
            }
            current = chunks.next().getData();
        }
        int count = Math.min(length, current.size());
        current.substring(0, count).copyTo(buffer, offset);
        current = current.substring(count);
        return count;
    }
}
