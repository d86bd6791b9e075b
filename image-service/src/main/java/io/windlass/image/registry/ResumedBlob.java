package io.windlass.image.registry;

import io.windlass.fault.Fault;
import io.windlass.image.manifest.Descriptor;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A blob's bytes over as many transfers as it takes: one that is cut or stalls is followed by another, from the byte that comes next. Not
 * thread-safe.
 */
final class ResumedBlob extends InputStream {
    /** A server that breaks off after each few bytes is given up after so many transfers. */
    private static final int MOST_TRANSFERS = 100;

    private final Descriptor blob;
    private final long end;
    private final LongFunction<? extends InputStream> open;
    private final Patience patience;
    private InputStream transfer;
    private long offset;
    private int transfers = 1;
    /** Tries since the last byte came. */
    private int attempt = 1;
    /** Transfers in a row that stalled; some bytes of each may have come. */
    private int stalls;

    private long stalledAt;

    /** @param open starts a transfer at a byte; what it throws ends the stream unless it is a passing failure */
    ResumedBlob(Descriptor blob, LongFunction<? extends InputStream> open, Patience patience) {
        this(blob, 0, Long.MAX_VALUE, Optional.empty(), open, patience);
    }

    /**
     * Of a blob, the bytes from {@code from} to before {@code end}.
     *
     * @param begun a transfer that begins with that byte; absent: one is opened
     */
    ResumedBlob(
            Descriptor blob,
            long from,
            long end,
            Optional<? extends InputStream> begun,
            LongFunction<? extends InputStream> open,
            Patience patience) {
        this.blob = blob;
        this.offset = from;
        this.end = end;
        this.open = open;
        this.patience = patience;
        this.transfer = begun.isPresent() ? begun.get() : open.apply(from);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (offset >= end) {
            return -1;
        }
        while (true) {
            try {
                int count = transfer.read(buffer, from, (int) Math.min(length, end - offset));
                if (count > 0) {
                    offset += count;
                    attempt = 1;
                    return count;
                }
                if (offset >= blob.size() || !resume(null)) {
                    return -1;
                }
            } catch (StallWatch.Stalled e) {
                if (isTooSlow() || !resume(e)) {
                    throw e;
                }
            } catch (IOException e) {
                if (!resume(e)) {
                    throw e;
                }
            }
        }
    }

    /** A server that lets a few bytes come now and then would else be waited for as often as there may be transfers. */
    private boolean isTooSlow() {
        stalls = offset - stalledAt < Patience.LEAST_BYTES ? stalls + 1 : 1;
        stalledAt = offset;
        return stalls >= patience.tries();
    }

    /** False when nobody wants the rest, or no more is to be hoped for. */
    private boolean resume(@Nullable IOException cut) throws IOException {
        if (Thread.currentThread().isInterrupted() || attempt >= patience.tries() || transfers >= MOST_TRANSFERS) {
            return false;
        }
        closeTransfer();
        patience.pause(attempt, cut == null ? new IOException("the server ended the transfer") : cut);
        attempt++;
        transfers++;
        try {
            transfer = open.apply(offset);
        } catch (Fault e) {
            throw e.in("cannot go on with blob " + blob.digest() + " at byte " + offset + " of " + blob.size());
        }
        return true;
    }

    private void closeTransfer() {
        try {
            transfer.close();
        } catch (IOException e) {
            // It is broken already: nothing more is read from it.
        }
    }

    @Override
    public void close() throws IOException {
        transfer.close();
    }
}
