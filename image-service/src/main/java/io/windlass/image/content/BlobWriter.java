package io.windlass.image.content;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.DigestVerifier;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Writes one blob; without {@link #commit()} nothing stays. Not thread-safe. */
public final class BlobWriter implements AutoCloseable {
    /** Bytes from which on a blob is not for the page cache: layers, not documents. */
    private static final long LARGE = 1 << 20;

    private final Digest digest;
    private final long size;
    private final Path temporary;
    private final Path place;
    private final FileChannel channel;
    private final Syscalls kernel;
    private final AlignedBuffers buffers;
    private final DigestVerifier verifier;
    private @Nullable UncachedFile uncached;
    private long written;
    private boolean verified;
    private boolean wrong;

    BlobWriter(Digest digest, long size, Path temporary, Path place, Syscalls kernel, AlignedBuffers buffers) {
        this.kernel = kernel;
        this.buffers = buffers;
        this.digest = digest;
        this.size = size;
        this.temporary = temporary;
        this.place = place;
        this.verifier = digest.verifier();
        try {
            this.channel = FileChannel.open(
                    temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw ContentStore.failure("write blob " + digest, e);
        }
    }

    public long written() {
        return written;
    }

    /** Appends; more bytes than were announced are refused as they come. */
    public void write(byte[] bytes, int offset, int length) {
        boolean first = written == 0;
        pass(bytes, offset, length);
        try {
            if (first && size >= LARGE) {
                uncached = UncachedFile.open(kernel, temporary, buffers).orElse(null);
            }
            if (uncached != null) {
                uncached.append(bytes, offset, length);
                return;
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (SyscallException e) {
            throw e.fault("cannot write blob " + digest);
        } catch (IOException e) {
            throw ContentStore.failure("write blob " + digest, e);
        }
    }

    /** Takes bytes that {@link #place} has written already into the account; all of them in their order. */
    public void pass(byte[] bytes, int offset, int length) {
        written += length;
        if (written > size) {
            wrong = true;
            throw new Fault(
                    FaultKind.DATA_LOSS,
                    "cannot accept blob " + digest + ": it is longer than the announced " + size + " bytes");
        }
        verifier.update(bytes, offset, length);
    }

    /** Writes bytes of the middle, from any thread. */
    public void place(long at, ByteBuffer bytes) {
        try {
            for (long next = at; bytes.hasRemaining(); ) {
                next += channel.write(bytes, next);
            }
        } catch (IOException e) {
            throw ContentStore.failure("write blob " + digest, e);
        }
    }

    /** Reads back what was placed. */
    public void read(long at, ByteBuffer bytes) {
        try {
            for (long next = at; bytes.hasRemaining(); ) {
                int count = channel.read(bytes, next);
                if (count < 0) {
                    throw new IOException("it ends at byte " + next);
                }
                next += count;
            }
        } catch (IOException e) {
            throw ContentStore.failure("read blob " + digest, e);
        }
    }

    /** Whether the bytes turned out not to be the blob's. */
    public boolean isWrong() {
        return wrong;
    }

    /** Checks size and digest, and hands the bytes to the disk; the blob is not in its place yet. */
    public void verify() {
        check();
        try {
            if (uncached != null) {
                uncached.finish();
                release();
            }
            channel.force(true);
        } catch (SyscallException e) {
            throw e.fault("cannot write blob " + digest);
        } catch (IOException e) {
            throw ContentStore.failure("write blob " + digest, e);
        }
    }

    /** Checks size and digest only: of a blob that is not to be kept. */
    public void check() {
        if (verified) {
            return;
        }
        wrong = true;
        if (written != size) {
            throw new Fault(
                    FaultKind.DATA_LOSS,
                    "cannot accept blob %s: it has %d bytes, not the announced %d".formatted(digest, written, size));
        }
        verifier.verify("blob");
        verified = true;
        wrong = false;
    }

    /** Puts a verified blob in its place. */
    public void publish() {
        StoreLayout.commit(temporary, place);
        DirectorySync.sync(place.getParent());
    }

    public void commit() {
        verify();
        publish();
    }

    private void release() {
        if (uncached != null) {
            uncached.close();
            uncached = null;
        }
    }

    @Override
    public void close() {
        try {
            release();
            channel.close();
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            throw ContentStore.failure("remove temporary file " + temporary, e);
        }
    }
}
