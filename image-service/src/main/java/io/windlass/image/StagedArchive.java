package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.content.StoreLayout;
import io.windlass.image.content.Trash;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.DigestAlgorithm;
import io.windlass.image.unpack.TarEntry;
import io.windlass.image.unpack.TarFormatException;
import io.windlass.image.unpack.TarReader;
import io.windlass.image.unpack.TarType;
import io.windlass.image.unpack.UnpackLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files of an archive of images, put into a folder under numbers: no name of the archive ever becomes a name on disk, and its links are
 * only looked up among its own names. Removed when closed. Not thread-safe.
 */
final class StagedArchive implements AutoCloseable {
    private static final int MOST_MEMBERS = 100_000;
    private static final int MOST_LINKS = 40;
    private static final int BUFFER = 64 << 10;

    private final Path folder;
    private final Trash trash;
    private final UnpackLimits limits;
    private final Map<String, StagedFile> files = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();
    private long bytes;
    private int members;

    private StagedArchive(Path folder, Trash trash, UnpackLimits limits) {
        this.folder = folder;
        this.trash = trash;
        this.limits = limits;
    }

    /** Reads the archive to its end. */
    static StagedArchive read(InputStream archive, StoreLayout layout, Trash trash, UnpackLimits limits) {
        Path folder = layout.newTemporary("load");
        StagedArchive staged = new StagedArchive(folder, trash, limits);
        try {
            Files.createDirectory(folder);
            staged.fill(new TarReader(archive));
            return staged;
        } catch (TarFormatException e) {
            staged.close();
            throw Fault.invalid("the archive cannot be read: " + e.getMessage());
        } catch (IOException e) {
            staged.close();
            throw io.windlass.image.content.ContentStore.failure("read the archive", e);
        } catch (RuntimeException e) {
            staged.close();
            throw e;
        }
    }

    private void fill(TarReader reader) throws IOException {
        Optional<TarEntry> next = reader.next();
        while (next.isPresent()) {
            TarEntry entry = next.get();
            if (++members > MOST_MEMBERS) {
                throw new Fault(FaultKind.RESOURCE_EXHAUSTED, "the archive has more than " + MOST_MEMBERS + " members");
            }
            String name = name(entry.path());
            switch (entry.type()) {
                case DIRECTORY -> {}
                case FILE -> put(name, file(name, entry, reader));
                case SYMBOLIC_LINK -> link(name, target(name, entry.linkTarget(), true));
                case HARD_LINK -> link(name, target(name, entry.linkTarget(), false));
                default ->
                    throw Fault.invalid("the archive's member '%s' is a %s, which no image has there"
                            .formatted(entry.path(), word(entry.type())));
            }
            next = reader.next();
        }
    }

    private static String word(TarType type) {
        return type.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }

    /** What is said twice could be one thing to whoever checks and another to whoever reads. */
    private void put(String name, StagedFile file) {
        if (files.put(name, file) != null || links.containsKey(name)) {
            throw Fault.invalid("the archive has two members '" + name + "'");
        }
    }

    private void link(String name, String target) {
        if (links.put(name, target) != null || files.containsKey(name)) {
            throw Fault.invalid("the archive has two members '" + name + "'");
        }
    }

    private static String name(String path) {
        List<String> names = new ArrayList<>();
        for (String part : path.split("/", -1)) {
            if (part.equals("..")) {
                throw Fault.invalid("the archive's member '" + path + "' leads upwards by '..'");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                names.add(part);
            }
        }
        return String.join("/", names);
    }

    /** Where a link leads among the archive's names; one that leads out is refused. */
    private static String target(String name, String link, boolean relative) {
        List<String> at = new ArrayList<>();
        if (link.startsWith("/")) {
            throw Fault.invalid("the archive's link '" + name + "' leads out of it, to " + link);
        }
        int slash = name.lastIndexOf('/');
        String whole = relative && slash >= 0 ? name.substring(0, slash) + "/" + link : link;
        for (String part : whole.split("/", -1)) {
            if (part.equals("..")) {
                if (at.isEmpty()) {
                    throw Fault.invalid("the archive's link '" + name + "' leads out of it, to " + link);
                }
                at.removeLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                at.add(part);
            }
        }
        return String.join("/", at);
    }

    private StagedFile file(String name, TarEntry entry, TarReader reader) throws IOException {
        if (entry.segments().size() != 1 || entry.segments().getFirst().length() != entry.size()) {
            throw Fault.invalid("the archive's member '" + name + "' is sparse, which no file of an image is");
        }
        bytes += entry.size();
        if (bytes > limits.bytes() || bytes < 0) {
            throw new Fault(
                    FaultKind.RESOURCE_EXHAUSTED,
                    "the archive's files are more than the allowed " + limits.bytes() + " bytes");
        }
        Path place = folder.resolve(Integer.toString(files.size()));
        MessageDigest hash = DigestAlgorithm.SHA256.start();
        byte[] chunk = new byte[BUFFER];
        try (OutputStream out = Files.newOutputStream(place)) {
            long left = entry.size();
            while (left > 0) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new Fault(FaultKind.CANCELLED, "reading the archive was cancelled");
                }
                int count = reader.read(chunk, (int) Math.min(chunk.length, left));
                hash.update(chunk, 0, count);
                out.write(chunk, 0, count);
                left -= count;
            }
        }
        return new StagedFile(
                place,
                entry.size(),
                new Digest(DigestAlgorithm.SHA256, HexFormat.of().formatHex(hash.digest())));
    }

    /** A file by its name in the archive, also by that of a link to it. */
    Optional<StagedFile> find(String name) {
        String at = name;
        for (int hops = 0; hops < MOST_LINKS; hops++) {
            StagedFile file = files.get(at);
            String link = links.get(at);
            if (file != null || link == null) {
                return Optional.ofNullable(file);
            }
            at = link;
        }
        throw Fault.invalid("the archive's link '" + name + "' goes round in circles");
    }

    @Override
    public void close() {
        if (Files.exists(folder)) {
            trash.discard(folder);
        }
    }

    /** A file, where it lies now, and the digest of what was written there. */
    record StagedFile(Path place, long size, Digest sha256) {}
}
