package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.content.BlobWriter;
import io.windlass.image.content.ContentStore;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.progress.LayerTransfer;
import io.windlass.image.reference.Digest;
import io.windlass.image.registry.BlobStream;
import io.windlass.image.registry.LayerOrigin;
import io.windlass.image.registry.Spool;
import io.windlass.image.store.ImageStore;
import io.windlass.image.unpack.UnpackedLayer;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Brings one layer from the registry to disk in one pass: each byte is hashed, written to the blob, inflated, hashed again
 * and unpacked as it arrives. Blob and layer are committed only when both digests are right. Thread-safe.
 */
final class FetchLayer {
    private static final System.Logger LOG = System.getLogger(FetchLayer.class.getName());

    private final ContentStore content;
    private final ImageStore store;
    private final LayerFolders folders;
    private final boolean keepBlobs;

    /** @param keepBlobs whether the packed layer stays beside the unpacked one */
    FetchLayer(ContentStore content, ImageStore store, LayerFolders folders, boolean keepBlobs) {
        this.content = content;
        this.store = store;
        this.folders = folders;
        this.keepBlobs = keepBlobs;
    }

    /** @param diffId what the inflated archive's digest must be; names the layer's folder */
    void fetch(LayerOrigin origin, Descriptor layer, Digest diffId, LayerTransfer progress) {
        progress.begin();
        boolean done = false;
        try {
            if (store.layer(diffId).isEmpty()) {
                bring(origin, layer, diffId, progress);
            }
            done = true;
        } finally {
            progress.end(done);
        }
    }

    /** A server that sends something else under the layer's digest is not the last word while there is another one. */
    private void bring(LayerOrigin origin, Descriptor layer, Digest diffId, LayerTransfer progress) {
        List<Fault> failures = new ArrayList<>();
        while (!isBrought(origin, layer, diffId, progress, failures)) {
            LOG.log(
                    Level.WARNING,
                    "layer {0} is fetched from the next server: {1}",
                    layer.digest(),
                    failures.getLast().getMessage());
        }
    }

    private boolean isBrought(
            LayerOrigin origin, Descriptor layer, Digest diffId, LayerTransfer progress, List<Fault> failures) {
        try (BlobWriter blob = content.begin(layer.digest(), layer.size())) {
            Path temporary = folders.begin();
            try {
                UnpackedLayer unpacked = transfer(origin, layer, diffId, progress, blob, temporary);
                if (keepBlobs) {
                    blob.verify();
                    folders.commit(temporary, diffId, unpacked, blob::publish, Map.of(layer.digest(), layer.size()));
                } else {
                    blob.check();
                    folders.commit(temporary, diffId, unpacked, () -> {}, Map.of());
                }
                return true;
            } catch (Fault e) {
                if (!blob.isWrong() || !origin.leaveOut(layer.digest(), String.valueOf(e.getMessage()))) {
                    throw failures.isEmpty() ? e : after(failures, e);
                }
                failures.add(e);
                return false;
            } finally {
                folders.discard(temporary);
            }
        } catch (IOException e) {
            throw ContentStore.failure("store layer " + layer.digest(), e);
        }
    }

    private static Fault after(List<Fault> failures, Fault last) {
        String before = failures.stream().map(Fault::getMessage).collect(Collectors.joining(", "));
        Fault all = new Fault(last.kind(), last.getMessage() + "; before that, " + before, last);
        failures.forEach(all::addSuppressed);
        return all;
    }

    private UnpackedLayer transfer(
            LayerOrigin origin,
            Descriptor layer,
            Digest diffId,
            LayerTransfer progress,
            BlobWriter blob,
            Path temporary)
            throws IOException {
        BlobStream bytes = origin.layer(layer, new Placing(blob), progress::arrived);
        try (LayerSource source = new LayerSource(bytes, blob, keepBlobs, layer, progress::arrived)) {
            try {
                return folders.unpack(source, layer, diffId, temporary, Optional.empty());
            } catch (Fault e) {
                boolean isOfContent = e.kind() == FaultKind.DATA_LOSS || e.kind() == FaultKind.INVALID_ARGUMENT;
                throw isOfContent ? damaged(source, e) : e;
            }
        }
    }

    /** An archive that cannot be unpacked is often one that was damaged on the way: then that is what has to be said. */
    private static Fault damaged(LayerSource source, Fault found) {
        try {
            source.transferTo(OutputStream.nullOutputStream());
            source.check();
            return found;
        } catch (Fault e) {
            e.addSuppressed(found);
            return e;
        } catch (IOException e) {
            found.addSuppressed(e);
            return found;
        }
    }

    /** The blob's own file takes the parts, so that they are written once. */
    private record Placing(BlobWriter blob) implements Spool {
        @Override
        public void write(long at, ByteBuffer bytes) {
            blob.place(at, bytes);
        }

        @Override
        public void read(long at, ByteBuffer bytes) {
            blob.read(at, bytes);
        }
    }
}
