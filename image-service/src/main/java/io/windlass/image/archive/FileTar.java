package io.windlass.image.archive;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/** An archive of plain files that are all root's and have no time, so that the same files make the same archive. Not thread-safe. */
public final class FileTar {
    private static final int BUFFER = 64 << 10;

    private final TarWriter writer;

    public FileTar(OutputStream out) {
        this.writer = new TarWriter(out);
    }

    public void add(String name, byte[] content) throws IOException {
        begin(name, content.length);
        writer.data(content, content.length);
        writer.pad(content.length);
    }

    /** @throws EOFException when the file is shorter than {@code size} */
    public void add(String name, Path file, long size) throws IOException {
        begin(name, size);
        byte[] chunk = new byte[BUFFER];
        long left = size;
        try (InputStream in = Files.newInputStream(file)) {
            while (left > 0) {
                int count = in.read(chunk, 0, (int) Math.min(chunk.length, left));
                if (count < 0) {
                    throw new EOFException(file + " is shorter than " + size + " bytes");
                }
                writer.data(chunk, count);
                left -= count;
            }
        }
        writer.pad(size);
    }

    /** Ends the archive; the stream stays open. */
    public void end() throws IOException {
        writer.end();
    }

    private void begin(String name, long size) throws IOException {
        writer.begin(new TarMember(name, TarMember.FILE, 0644, 0, 0, size, Instant.EPOCH, "", 0, 0, Map.of()));
    }
}
