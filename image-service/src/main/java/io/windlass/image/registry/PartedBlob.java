package io.windlass.image.registry;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.manifest.Descriptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A blob that comes in several parts at a time, each over its own transfers, into a spool, and is read from there from its beginning as far
 * as it has come without a gap. Memory holds one buffer of each transfer. Read and closed by one thread.
 */
final class PartedBlob extends InputStream {
    private static final int BUFFER = 64 << 10;

    private final Descriptor blob;
    private final Spool spool;
    private final long partSize;
    private final Parts parts;
    private final AtomicReference<@Nullable InputStream> begun;
    private final LongConsumer progress;
    private final List<Thread> threads = new ArrayList<>();
    private final long[] came;
    private int next;
    private long all;
    private long offset;
    private @Nullable Throwable failure;

    /** Where parts come from. */
    @FunctionalInterface
    interface Parts {
        /**
         * The bytes of the part that begins with byte {@code from}; whoever reads closes it.
         *
         * @param begun a transfer of it that is there already
         */
        InputStream open(long from, Optional<InputStream> begun);
    }

    /**
     * @param begun a transfer of the first part, which is closed with this stream
     * @param progress hears how many bytes are here, from whichever place
     */
    PartedBlob(
            Descriptor blob,
            DownloadLimits limits,
            Spool spool,
            InputStream begun,
            Parts parts,
            LongConsumer progress) {
        this.blob = blob;
        this.spool = spool;
        this.partSize = limits.partSize();
        this.begun = new AtomicReference<>(begun);
        this.parts = parts;
        this.progress = progress;
        this.came = new long[Math.toIntExact((blob.size() + partSize - 1) / partSize)];
        for (int i = 0; i < Math.min(limits.partsAtATime(), came.length); i++) {
            threads.add(Thread.ofPlatform()
                    .daemon()
                    .name("image-part-" + blob.digest().hex().substring(0, 12) + "-" + i)
                    .start(this::run));
        }
    }

    private void run() {
        try {
            for (int index = take(); index >= 0; index = take()) {
                fetch(index);
            }
        } catch (Throwable e) {
            fail(e);
        }
    }

    private synchronized int take() {
        return failure == null && next < came.length ? next++ : -1;
    }

    private void fetch(int index) throws IOException {
        long begin = index * partSize;
        long length = Math.min(partSize, blob.size() - begin);
        byte[] buffer = new byte[BUFFER];
        long done = 0;
        try (InputStream in = open(begin)) {
            while (done < length) {
                int count = in.read(buffer, 0, (int) Math.min(buffer.length, length - done));
                if (count < 0) {
                    throw new IOException("the server ended the transfer at byte " + (begin + done));
                }
                spool.write(begin + done, ByteBuffer.wrap(buffer, 0, count));
                done += count;
                arrived(index, done, count);
            }
        }
    }

    private InputStream open(long begin) {
        return parts.open(begin, begin == 0 ? Optional.ofNullable(begun.getAndSet(null)) : Optional.empty());
    }

    private synchronized void arrived(int index, long done, int count) {
        came[index] = done;
        all += count;
        progress.accept(all);
        notifyAll();
    }

    private synchronized void fail(Throwable e) {
        if (failure == null) {
            failure = e;
        }
        notifyAll();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
        if (offset >= blob.size()) {
            return -1;
        }
        int count = (int) Math.min(length, await());
        spool.read(offset, ByteBuffer.wrap(buffer, from, count));
        offset += count;
        return count;
    }

    /** How many bytes can be read, once there are any. */
    private synchronized long await() throws IOException {
        int index = (int) (offset / partSize);
        while (true) {
            long ready = index * partSize + came[index] - offset;
            if (ready > 0) {
                return ready;
            }
            if (failure != null) {
                throw failed(failure);
            }
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Fault(FaultKind.CANCELLED, "the transfer of blob " + blob.digest() + " was cancelled", e);
            }
        }
    }

    private static IOException failed(Throwable failure) throws IOException {
        switch (failure) {
            case Fault fault -> throw new Fault(fault.kind(), fault.getMessage(), fault);
            case IOException e -> throw new IOException(e.getMessage(), e);
            default -> throw Fault.internal("fetching a part failed unexpectedly: " + failure, failure);
        }
    }

    /** Ends the transfers that are under way, and returns once nothing more is written. */
    @Override
    public void close() throws IOException {
        fail(new IOException("nobody reads the blob any more"));
        threads.forEach(Thread::interrupt);
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        InputStream unused = begun.getAndSet(null);
        if (unused != null) {
            unused.close();
        }
    }
}
