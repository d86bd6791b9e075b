package io.windlass.image.registry;

import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * What a request sends; can be sent more than once. Thread-safe.
 *
 * @param open starts to read it from the beginning
 */
record UploadBody(long size, Supplier<InputStream> open) {
    static final UploadBody NONE = new UploadBody(0, InputStream::nullInputStream);

    static UploadBody of(byte[] content) {
        return new UploadBody(content.length, () -> new ByteArrayInputStream(content));
    }

    /** @throws FileNotFoundException when it is not there now */
    static UploadBody of(Path file) throws IOException {
        return new UploadBody(Files.size(file), () -> {
            try {
                return Files.newInputStream(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** @param taken grows as the connection takes bytes */
    BodyPublisher counted(AtomicLong taken) {
        if (size == 0) {
            return BodyPublishers.noBody();
        }
        BodyPublisher bytes = BodyPublishers.ofInputStream(() -> {
            taken.set(0);
            return new Counting(open.get(), taken);
        });
        return BodyPublishers.fromPublisher(bytes, size);
    }

    private static final class Counting extends FilterInputStream {
        private final AtomicLong count;

        Counting(InputStream in, AtomicLong count) {
            super(in);
            this.count = count;
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            if (value >= 0) {
                count.incrementAndGet();
            }
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            if (read > 0) {
                count.addAndGet(read);
            }
            return read;
        }
    }
}
