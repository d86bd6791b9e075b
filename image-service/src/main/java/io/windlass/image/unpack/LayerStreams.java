package io.windlass.image.unpack;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.windlass.image.manifest.MediaTypes.Compression;
import io.windlass.linux.library.LibIsal;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** Inflates layer archives as they arrive. */
public final class LayerStreams {
    private static final int BUFFER = 64 * 1024;

    private LayerStreams() {}

    /** The archive inside {@code packed}; gzip archives may have several members, as parallel compressors write them. */
    public static InputStream inflate(InputStream packed, Compression compression) throws IOException {
        return switch (compression) {
            case NONE -> packed;
            case GZIP -> gunzip(packed);
            case ZSTD -> new ZstdInputStreamNoFinalizer(packed).setContinuous(false);
        };
    }

    private static InputStream gunzip(InputStream packed) throws IOException {
        Optional<LibIsal> fast = LibIsal.find();
        return fast.isPresent() ? fast.get().gunzip(packed) : new GZIPInputStream(new EndAware(packed), BUFFER);
    }

    /**
     * Says truly whether more bytes follow. GZIPInputStream asks available() whether another member follows, and a network
     * stream may answer 0 in the middle.
     */
    private static final class EndAware extends FilterInputStream {
        private final PushbackInputStream source;

        EndAware(InputStream in) {
            this(new PushbackInputStream(in, 1));
        }

        private EndAware(PushbackInputStream source) {
            super(source);
            this.source = source;
        }

        @Override
        public int available() throws IOException {
            int next = source.read();
            if (next < 0) {
                return 0;
            }
            source.unread(next);
            return 1;
        }
    }
}
