package io.windlass.image.unpack;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Unpacks one layer archive into an empty directory, with whiteouts in overlay form. Not thread-safe; one use.
 *
 * <p>A layer is normally unpacked by itself, not above the layers below it, so that images can share it. Archives come from
 * strangers: whatever an archive holds, nothing outside the directory is written, read or linked to.
 */
public final class LayerUnpacker {
    private static final long BLOCK = 4096;

    private final Syscalls kernel;
    private final UnpackLimits limits;
    private final String layer;
    private final Optional<LayerStack> below;
    private final SequencedMap<EntryPath, TarEntry> directories = new LinkedHashMap<>();
    private long entries;
    private long logicalBytes;
    private long diskBytes;
    private boolean rootSet;

    /** @param layer how messages name the layer: its digest */
    public LayerUnpacker(Syscalls kernel, UnpackLimits limits, String layer) {
        this(kernel, limits, layer, Optional.empty());
    }

    /** @param below where directories that the archive has no members for take their attributes from */
    public LayerUnpacker(Syscalls kernel, UnpackLimits limits, String layer, Optional<LayerStack> below) {
        this.kernel = kernel;
        this.limits = limits;
        this.layer = layer;
        this.below = below;
    }

    /**
     * Whether a layer that was unpacked by itself is not what it would be above {@code below}: when it has files in a
     * directory that it does not describe, and which is no plain directory there.
     */
    public static boolean dependsOn(LayerStack below, List<String> implied) {
        return LayerTree.differs(below, implied.stream().map(EntryPath::parse).toList());
    }

    /**
     * Unpacks the whole archive. The stream is read to the end of the last member, not further.
     *
     * @param directory an empty directory, which becomes the layer's root
     * @param discarded an empty directory on the same filesystem, which takes what later members replace
     * @throws IOException when the stream fails
     */
    public UnpackedLayer unpack(InputStream archive, Path directory, Path discarded) throws IOException {
        int flags = OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;
        try (Fd root = kernel.open(directory, flags, 0);
                Fd replaced = kernel.open(discarded, flags, 0);
                LayerTree tree = new LayerTree(kernel, root, below)) {
            TarReader reader = new TarReader(archive);
            EntryWriter writer = new EntryWriter(kernel, tree, replaced);
            Optional<TarEntry> entry = nextEntry(reader);
            while (entry.isPresent()) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new Fault(FaultKind.CANCELLED, "unpacking layer " + layer + " was cancelled");
                }
                apply(entry.get(), reader, writer);
                entry = nextEntry(reader);
            }
            finishDirectories(writer);
            return new UnpackedLayer(diskBytes, entries + tree.implied().size(), rootSet, undescribed(tree));
        } catch (SyscallException e) {
            throw e.fault("cannot unpack layer " + layer);
        }
    }

    private List<String> undescribed(LayerTree tree) {
        return tree.implied().stream()
                .filter(path -> !directories.containsKey(path))
                .map(EntryPath::toString)
                .toList();
    }

    private Optional<TarEntry> nextEntry(TarReader reader) throws IOException {
        try {
            return reader.next();
        } catch (TarFormatException e) {
            throw new Fault(FaultKind.DATA_LOSS, "cannot unpack layer " + layer + ": " + e.getMessage(), e);
        }
    }

    private void apply(TarEntry entry, TarReader reader, EntryWriter writer) throws IOException {
        try {
            count(entry);
            EntryPath path = EntryPath.parse(entry.path());
            if (path.isRoot()) {
                applyRoot(entry, path);
            } else if (path.last().startsWith(EntryWriter.WHITEOUT)) {
                writer.whiteout(path);
            } else if (entry.type() == TarType.DIRECTORY) {
                writer.directory(path);
                directories.remove(path);
                directories.put(path, entry);
            } else {
                writer.other(path, entry, reader);
            }
        } catch (RefusedEntryException e) {
            throw new Fault(e.kind(), context(entry) + ": " + e.getMessage(), e);
        } catch (TarFormatException e) {
            throw new Fault(FaultKind.DATA_LOSS, context(entry) + ": " + e.getMessage(), e);
        } catch (SyscallException e) {
            throw new Fault(kind(e.errno()), context(entry) + ": " + e.getMessage(), e);
        }
    }

    private void applyRoot(TarEntry entry, EntryPath path) {
        if (entry.type() != TarType.DIRECTORY) {
            throw RefusedEntryException.hostile("it would replace the root directory by something else");
        }
        directories.put(path, entry);
        rootSet = true;
    }

    private void count(TarEntry entry) {
        entries++;
        logicalBytes += entry.size();
        long data =
                entry.segments().stream().mapToLong(TarEntry.Segment::length).sum();
        diskBytes += (data + BLOCK - 1) / BLOCK * BLOCK;
        if (entries > limits.entries()) {
            throw new RefusedEntryException(
                    FaultKind.RESOURCE_EXHAUSTED,
                    "the layer has more than the allowed " + limits.entries() + " entries");
        }
        if (diskBytes > limits.bytes() || logicalBytes < 0) {
            throw new RefusedEntryException(
                    FaultKind.RESOURCE_EXHAUSTED,
                    "the layer unpacks to more than the allowed " + limits.bytes() + " bytes");
        }
    }

    /** Directories get their attributes last: writing into them changes their times, and a mode may forbid it. */
    private void finishDirectories(EntryWriter writer) {
        for (Map.Entry<EntryPath, TarEntry> directory :
                directories.sequencedEntrySet().reversed()) {
            try {
                writer.finishDirectory(directory.getKey(), directory.getValue());
            } catch (SyscallException e) {
                throw new Fault(kind(e.errno()), context(directory.getValue()) + ": " + e.getMessage(), e);
            }
        }
    }

    private String context(TarEntry entry) {
        String name = entry.path().length() <= 300 ? entry.path() : entry.path().substring(0, 300) + "...";
        return "cannot unpack entry '" + name + "' of layer " + layer;
    }

    /** Names, types and links that the kernel refuses are the archive's fault, not a missing object of the caller. */
    private static FaultKind kind(Errno errno) {
        return switch (errno.name()) {
            case "ENOSPC", "EDQUOT", "ENOMEM", "EMFILE", "ENFILE" -> FaultKind.RESOURCE_EXHAUSTED;
            case "EPERM", "EACCES", "EROFS" -> FaultKind.PERMISSION_DENIED;
            case "EIO" -> FaultKind.INTERNAL;
            default -> FaultKind.INVALID_ARGUMENT;
        };
    }
}
