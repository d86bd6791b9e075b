package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.content.BlobWriter;
import io.windlass.image.content.ContentStore;
import io.windlass.image.content.DirectorySync;
import io.windlass.image.content.StoreLayout;
import io.windlass.image.content.Trash;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.manifest.MediaTypes;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.DigestVerifier;
import io.windlass.image.registry.RegistrySession;
import io.windlass.image.store.ImageStore;
import io.windlass.image.store.StoredLayer;
import io.windlass.image.unpack.LayerStreams;
import io.windlass.image.unpack.LayerUnpacker;
import io.windlass.image.unpack.UnpackLimits;
import io.windlass.image.unpack.UnpackedLayer;
import io.windlass.linux.Fd;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.Syscalls;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Brings one layer from the registry to disk in one pass: each byte is hashed, written to the blob, inflated, hashed again
 * and unpacked as it arrives. Blob and layer are committed only when both digests are right. Thread-safe.
 */
final class FetchLayer {
    private final StoreLayout layout;
    private final ContentStore content;
    private final ImageStore store;
    private final Trash trash;
    private final UnpackLimits limits;
    private final Syscalls kernel;
    private final ReentrantLock publishing = new ReentrantLock();

    FetchLayer(
            StoreLayout layout,
            ContentStore content,
            ImageStore store,
            Trash trash,
            UnpackLimits limits,
            Syscalls kernel) {
        this.layout = layout;
        this.content = content;
        this.store = store;
        this.trash = trash;
        this.limits = limits;
        this.kernel = kernel;
    }

    /** @param diffId what the inflated archive's digest must be; names the layer's folder */
    void fetch(RegistrySession registry, Descriptor layer, Digest diffId, PullProgress progress) {
        if (store.layer(diffId).isPresent()) {
            return;
        }
        Path temporary = layout.newTemporary("layer");
        try (BlobWriter blob = content.begin(layer.digest(), layer.size())) {
            makeFolders(temporary);
            UnpackedLayer unpacked;
            try (LayerSource source = new LayerSource(
                    registry.blob(layer, 0),
                    blob,
                    layer,
                    done -> progress.transferred(layer.digest(), done, layer.size()))) {
                unpacked = unpack(source, layer, diffId, temporary);
            }
            commit(blob, layer, diffId, temporary, unpacked);
            progress.layerDone(layer.digest());
        } catch (IOException e) {
            throw new Fault(FaultKind.INTERNAL, "cannot store layer " + layer.digest() + ": " + e.getMessage(), e);
        } finally {
            trash.discard(temporary);
        }
    }

    /** The modes are set apart from making, so that this daemon's umask does not show in containers. */
    private static void makeFolders(Path temporary) throws IOException {
        for (Path folder : List.of(temporary, temporary.resolve("fs"), temporary.resolve("replaced"))) {
            Files.createDirectory(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private UnpackedLayer unpack(LayerSource source, Descriptor layer, Digest diffId, Path temporary)
            throws IOException {
        DigestVerifier verifier = diffId.verifier();
        try {
            InputStream archive = new VerifiedStream(
                    LayerStreams.inflate(source, MediaTypes.layerCompression(layer.mediaType())),
                    verifier,
                    archiveLimit());
            UnpackedLayer unpacked = new LayerUnpacker(
                            kernel, limits, layer.digest().toString())
                    .unpack(archive, temporary.resolve("fs"), temporary.resolve("replaced"));
            archive.transferTo(OutputStream.nullOutputStream());
            source.transferTo(OutputStream.nullOutputStream());
            verifier.verify("the inflated archive of layer " + layer.digest());
            return unpacked;
        } catch (IOException e) {
            throw damaged(
                    source,
                    new Fault(
                            FaultKind.DATA_LOSS,
                            "cannot unpack layer %s: its compressed data is damaged: %s"
                                    .formatted(layer.digest(), e.getMessage()),
                            e));
        } catch (Fault e) {
            throw e.kind() == FaultKind.DATA_LOSS ? damaged(source, e) : e;
        }
    }

    /** Archives have headers and padding besides the files. */
    private long archiveLimit() {
        return limits.bytes() + 4096L * Math.min(limits.entries(), Long.MAX_VALUE / 8192);
    }

    /** An archive that cannot be read is often one that was damaged on the way: then that is what has to be said. */
    private static Fault damaged(LayerSource source, Fault found) {
        try {
            source.transferTo(OutputStream.nullOutputStream());
            source.verify();
            return found;
        } catch (Fault e) {
            e.addSuppressed(found);
            return e;
        } catch (IOException e) {
            found.addSuppressed(e);
            return found;
        }
    }

    /** Everything is on disk before anything gets its name, and has its name before it is recorded. */
    private void commit(BlobWriter blob, Descriptor layer, Digest diffId, Path temporary, UnpackedLayer unpacked) {
        blob.verify();
        trash.discard(temporary.resolve("replaced"));
        try (Fd directory = kernel.open(temporary, OpenFlags.DIRECTORY, 0)) {
            kernel.syncfs(directory);
        }
        publishing.lock();
        try {
            // A cancelled transfer of the same layer may have come this far before this one.
            if (store.layer(diffId).isEmpty()) {
                trash.discard(layout.layer(diffId));
                blob.publish();
                StoreLayout.commit(temporary, layout.layer(diffId));
                DirectorySync.sync(layout.layers());
                store.addLayer(
                        new StoredLayer(diffId, unpacked.bytes(), unpacked.inodes(), unpacked.rootSet()),
                        Map.of(layer.digest(), layer.size()));
            }
        } finally {
            publishing.unlock();
        }
    }
}
