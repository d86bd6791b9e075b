package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.content.BlobWriter;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.registry.BlobStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A layer's packed bytes on their way from the registry: each is also written to the blob, where that is kept. Failures here are the network's. */
final class LayerSource extends InputStream {
    private final InputStream in;
    private final boolean writes;
    private final boolean counts;
    private final BlobWriter blob;
    private final Descriptor layer;
    private final LongConsumer progress;

    /**
     * @param keep whether the blob is written at all; else it is only hashed
     * @param progress hears how many bytes are here; those of parts are told by who places them
     */
    LayerSource(BlobStream source, BlobWriter blob, boolean keep, Descriptor layer, LongConsumer progress) {
        this.in = source.bytes();
        this.writes = keep && !source.spooled();
        this.counts = !source.spooled();
        this.blob = blob;
        this.layer = layer;
        this.progress = progress;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count;
        try {
            count = in.read(buffer, offset, length);
        } catch (IOException e) {
            throw cut(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
        if (count < 0 && blob.written() < layer.size()) {
            throw cut("the server ended the transfer", null);
        }
        if (count > 0 && writes) {
            blob.write(buffer, offset, count);
        } else if (count > 0) {
            blob.pass(buffer, offset, count);
        }
        if (count > 0 && counts) {
            progress.accept(blob.written());
        }
        return count;
    }

    /** Checks what has been read to its end. */
    void check() {
        blob.check();
    }

    private Fault cut(String reason, @Nullable IOException cause) {
        boolean cancelled = Thread.currentThread().isInterrupted();
        return new Fault(
                cancelled ? FaultKind.CANCELLED : FaultKind.UNAVAILABLE,
                "cannot fetch layer %s: it broke off after %d of %d bytes: %s"
                        .formatted(layer.digest(), blob.written(), layer.size(), reason),
                cause);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
