package io.windlass.image.content;

import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Appends to a file past the page cache (O_DIRECT), where the filesystem can: what is hardly ever read again would push out what pods read, and
 * copying it there costs as much as hashing it. Not thread-safe.
 */
final class UncachedFile implements AutoCloseable {
    private final Syscalls kernel;
    private final Fd file;
    private final AlignedBuffers buffers;
    private final ByteBuffer buffer;
    private long flushed;

    private UncachedFile(Syscalls kernel, Fd file, AlignedBuffers buffers) {
        this.kernel = kernel;
        this.file = file;
        this.buffers = buffers;
        this.buffer = buffers.take();
    }

    /** @param file an empty one; nothing is returned where its filesystem wants all to go through the page cache */
    static Optional<UncachedFile> open(Syscalls kernel, Path file, AlignedBuffers buffers) {
        try {
            return Optional.of(
                    new UncachedFile(kernel, kernel.open(file, OpenFlags.WRITE_ONLY | OpenFlags.DIRECT, 0), buffers));
        } catch (SyscallException e) {
            if (e.is(Errno.EINVAL)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    void append(byte[] bytes, int offset, int length) {
        int done = 0;
        while (done < length) {
            int count = Math.min(length - done, buffer.remaining());
            buffer.put(bytes, offset + done, count);
            done += count;
            if (!buffer.hasRemaining()) {
                flush();
            }
        }
    }

    /** Writes what is left. */
    void finish() {
        long size = flushed + buffer.position();
        if (buffer.position() > 0) {
            // Only whole blocks can be written: what is too much is cut off again.
            while (buffer.position() % AlignedBuffers.ALIGNMENT != 0) {
                buffer.put((byte) 0);
            }
            flush();
            kernel.ftruncate(file, size);
        }
    }

    private void flush() {
        buffer.flip();
        while (buffer.hasRemaining()) {
            flushed += kernel.pwrite(file, buffer, flushed);
        }
        buffer.clear();
    }

    @Override
    public void close() {
        buffers.giveBack(buffer);
        file.close();
    }
}
