package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.content.DirectorySync;
import io.windlass.image.content.StoreLayout;
import io.windlass.image.content.Trash;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.manifest.MediaTypes;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.DigestVerifier;
import io.windlass.image.store.Collector;
import io.windlass.image.store.ImageStore;
import io.windlass.image.store.StoredLayer;
import io.windlass.image.unpack.LayerStack;
import io.windlass.image.unpack.LayerStreams;
import io.windlass.image.unpack.LayerUnpacker;
import io.windlass.image.unpack.UnpackLimits;
import io.windlass.image.unpack.UnpackedLayer;
import io.windlass.linux.Fd;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.RawName;
import io.windlass.linux.Syscalls;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Makes the folders of unpacked layers: first as temporary ones, which a commit puts in their places. Thread-safe. */
final class LayerFolders {
    private final StoreLayout layout;
    private final ImageStore store;
    private final Trash trash;
    private final UnpackLimits limits;
    private final Syscalls kernel;
    private final ReentrantLock publishing = new ReentrantLock();

    LayerFolders(StoreLayout layout, ImageStore store, Trash trash, UnpackLimits limits, Syscalls kernel) {
        this.layout = layout;
        this.store = store;
        this.trash = trash;
        this.limits = limits;
        this.kernel = kernel;
    }

    /** A new temporary folder; the modes are set apart from making, so that this daemon's umask does not show in containers. */
    Path begin() throws IOException {
        Path temporary = layout.newTemporary("layer");
        try {
            for (Path folder : List.of(temporary, temporary.resolve("fs"), temporary.resolve("replaced"))) {
                Files.createDirectory(folder);
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            return temporary;
        } catch (IOException e) {
            discard(temporary);
            throw e;
        }
    }

    /** Reads {@code packed} to its end; a Fault DATA_LOSS when the archive in it is not the one of {@code diffId}. */
    UnpackedLayer unpack(
            InputStream packed, Descriptor layer, Digest diffId, Path temporary, Optional<LayerStack> below) {
        DigestVerifier verifier = diffId.verifier();
        try (InputStream inflated =
                LayerStreams.inflate(new Borrowed(packed), MediaTypes.layerCompression(layer.mediaType()))) {
            InputStream archive = new VerifiedStream(inflated, verifier, archiveLimit());
            UnpackedLayer unpacked = new LayerUnpacker(
                            kernel, limits, layer.digest().toString(), below)
                    .unpack(archive, temporary.resolve("fs"), temporary.resolve("replaced"));
            archive.transferTo(OutputStream.nullOutputStream());
            packed.transferTo(OutputStream.nullOutputStream());
            verifier.verify("the inflated archive of layer " + layer.digest());
            return unpacked;
        } catch (IOException e) {
            throw new Fault(
                    FaultKind.DATA_LOSS,
                    "cannot unpack layer %s: its compressed data is damaged: %s"
                            .formatted(layer.digest(), e.getMessage()),
                    e);
        }
    }

    /** Archives have headers and padding besides the files. */
    private long archiveLimit() {
        return limits.bytes() + 4096L * Math.min(limits.entries(), Long.MAX_VALUE / 8192);
    }

    /**
     * Makes a layer part of the store: everything is on disk before anything gets its name, and has its name before it is
     * recorded.
     *
     * @param publishBlob puts the layer's archive in its place, where that was fetched too
     */
    void commit(Path temporary, Digest key, UnpackedLayer unpacked, Runnable publishBlob, Map<Digest, Long> blobs)
            throws IOException {
        complete(temporary, unpacked);
        publishing.lock();
        try {
            // A cancelled transfer of the same layer may have come this far before this one.
            if (store.layer(key).isEmpty()) {
                trash.discard(layout.layer(key));
                publishBlob.run();
                StoreLayout.commit(temporary, layout.layer(key));
                DirectorySync.sync(layout.layers());
                store.addLayer(new StoredLayer(key, unpacked.bytes(), unpacked.inodes(), unpacked.rootSet()), blobs);
            }
        } finally {
            publishing.unlock();
        }
    }

    /** The last touches to a temporary folder, which then is on disk. */
    private void complete(Path temporary, UnpackedLayer unpacked) throws IOException {
        trash.discard(temporary.resolve("replaced"));
        if (!unpacked.implied().isEmpty()) {
            Files.write(temporary.resolve(StoreLayout.IMPLIED), encoded(unpacked.implied()));
        }
        try (Fd directory = kernel.open(temporary, OpenFlags.DIRECTORY, 0)) {
            kernel.syncfs(directory);
        }
    }

    /**
     * Puts a layer in the place of one that is damaged or gone.
     *
     * @param allowed throws when the old one may not be taken away; nothing can start to use it meanwhile
     */
    void replace(Path temporary, Digest key, UnpackedLayer unpacked, Collector collector, Runnable allowed)
            throws IOException {
        complete(temporary, unpacked);
        collector.guarded(() -> {
            allowed.run();
            publishing.lock();
            try {
                trash.discard(layout.layer(key));
                StoreLayout.commit(temporary, layout.layer(key));
                DirectorySync.sync(layout.layers());
                StoredLayer layer = new StoredLayer(key, unpacked.bytes(), unpacked.inodes(), unpacked.rootSet());
                if (!store.layer(key).equals(Optional.of(layer))) {
                    store.addLayer(layer, Map.of());
                }
                return true;
            } finally {
                publishing.unlock();
            }
        });
    }

    void discard(Path temporary) {
        trash.discard(temporary);
    }

    /** The directories that a layer has files in but does not describe. */
    List<String> implied(Digest key) {
        byte[] content;
        try {
            content = Files.readAllBytes(layout.layerImplied(key));
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw Fault.internal("cannot read " + layout.layerImplied(key) + ": " + e.getMessage(), e);
        }
        List<String> names = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < content.length; i++) {
            if (content[i] == 0) {
                names.add(RawName.decode(Arrays.copyOfRange(content, start, i)));
                start = i + 1;
            }
        }
        return names;
    }

    private static byte[] encoded(List<String> names) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String name : names) {
            out.writeBytes(RawName.encode(name));
            out.write(0);
        }
        return out.toByteArray();
    }

    /** Layers that lie above each other; keys lowest first. */
    LayerStack stack(List<Digest> keys) {
        return new LayerStack(
                kernel, keys.reversed().stream().map(layout::layerTree).toList());
    }

    /** Stays open: who lends it may want to read the rest of a damaged archive. */
    private static final class Borrowed extends FilterInputStream {
        Borrowed(InputStream in) {
            super(in);
        }

        @Override
        public void close() {}
    }
}
