package io.windlass.image.content;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.reference.Digest;
import io.windlass.linux.Syscalls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The blobs of this node, by digest, as an OCI image layout that other tools can read. Thread-safe.
 *
 * <p>A blob is written to a temporary file, checked, synced and then renamed to its place: what is in its place is whole.
 */
public final class ContentStore {
    private static final String LAYOUT = "{\"imageLayoutVersion\":\"1.0.0\"}";

    private final StoreLayout layout;
    private final Syscalls kernel;
    private final AlignedBuffers buffers = new AlignedBuffers();

    public ContentStore(StoreLayout layout, Syscalls kernel) {
        this.kernel = kernel;
        this.layout = layout;
        Path file = layout.content().resolve("oci-layout");
        if (!isText(file, LAYOUT)) {
            replace(file, LAYOUT);
        }
    }

    public boolean has(Digest digest) {
        return Files.exists(layout.blob(digest));
    }

    /** A small blob's content, checked again as it is read; empty when it is not here. */
    public Optional<byte[]> read(Digest digest) {
        Path place = layout.blob(digest);
        byte[] content;
        try {
            content = Files.readAllBytes(place);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failure("read blob " + digest, e);
        }
        var verifier = digest.verifier();
        verifier.update(content, 0, content.length);
        verifier.verify("blob file " + place);
        return Optional.of(content);
    }

    /** A blob as it lies on disk, unchecked; empty when it is not here. */
    public Optional<InputStream> open(Digest digest) {
        try {
            return Optional.of(Files.newInputStream(layout.blob(digest)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failure("read blob " + digest, e);
        }
    }

    /** Stores a small blob whose content is already known to match. */
    public void write(Digest digest, byte[] content) {
        if (has(digest)) {
            return;
        }
        try (BlobWriter writer = begin(digest, content.length)) {
            writer.write(content, 0, content.length);
            writer.commit();
        }
    }

    /** Stores a blob that is checked as it is read. */
    public long store(Digest digest, long size, InputStream in) throws IOException {
        try (BlobWriter writer = begin(digest, size)) {
            byte[] chunk = new byte[64 << 10];
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                writer.write(chunk, 0, count);
            }
            writer.commit();
            return writer.written();
        }
    }

    /** Starts a blob whose bytes arrive one after another. */
    public BlobWriter begin(Digest digest, long size) {
        return new BlobWriter(digest, size, layout.newTemporary("blob"), layout.blob(digest), kernel, buffers);
    }

    /** Replaces the list of images that other tools read. It is made anew at each start, so it is not synced. */
    public void writeIndex(String json) {
        replace(layout.content().resolve("index.json"), json);
    }

    private void replace(Path file, String content) {
        Path temporary = layout.newTemporary("layout");
        try {
            try {
                Files.writeString(temporary, content);
                StoreLayout.commit(temporary, file);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw failure("write " + file, e);
        }
    }

    private static boolean isText(Path file, String expected) {
        try {
            return Files.readString(file).equals(expected);
        } catch (IOException e) {
            return false;
        }
    }

    /** A failure of the disk as a fault: {@code what} is a verb and its object. */
    public static Fault failure(String what, IOException e) {
        if (e instanceof ClosedByInterruptException) {
            return new Fault(FaultKind.CANCELLED, "to " + what + " was cancelled", e);
        }
        boolean full = e.getMessage() != null
                && (e.getMessage().contains("No space left") || e.getMessage().contains("Disk quota exceeded"));
        return new Fault(
                full ? FaultKind.RESOURCE_EXHAUSTED : FaultKind.INTERNAL, "cannot " + what + ": " + e.getMessage(), e);
    }
}
