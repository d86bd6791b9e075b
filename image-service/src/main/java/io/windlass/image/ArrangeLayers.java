package io.windlass.image;

import io.windlass.image.content.ContentStore;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.progress.LayerTransfer;
import io.windlass.image.reference.Digest;
import io.windlass.image.registry.LayerOrigin;
import io.windlass.image.store.ImageStore;
import io.windlass.image.unpack.LayerStack;
import io.windlass.image.unpack.LayerUnpacker;
import io.windlass.image.unpack.UnpackedLayer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Chooses the folders that make up an image, once its layers are unpacked. Thread-safe.
 *
 * <p>Nearly always these are the layers as they were unpacked by themselves. But an archive may hold {@code tmp/x} without
 * {@code tmp}: by itself that makes a plain directory, which would hide the mode of the {@code /tmp} below, or a link of
 * that name. Such a layer is unpacked once more for the layers that it lies on, and kept under the name of that chain.
 */
final class ArrangeLayers {
    private final ContentStore content;
    private final ImageStore store;
    private final LayerFolders folders;
    private final SharedTransfers transfers;

    ArrangeLayers(ContentStore content, ImageStore store, LayerFolders folders, SharedTransfers transfers) {
        this.content = content;
        this.store = store;
        this.folders = folders;
        this.transfers = transfers;
    }

    /** The names of whole chains, as the OCI image specification forms them: of the first layer, the first two, and so on. */
    static List<Digest> chainIds(List<Digest> diffIds) {
        List<Digest> chain = new ArrayList<>();
        for (Digest diffId : diffIds) {
            chain.add(
                    chain.isEmpty()
                            ? diffId
                            : Digest.sha256((chain.getLast() + " " + diffId).getBytes(StandardCharsets.UTF_8)));
        }
        return chain;
    }

    /** The folders' keys, lowest first; all layers must be there under their diffIds. */
    List<Digest> arrange(LayerOrigin origin, List<Descriptor> layers, List<Digest> diffIds) {
        List<Digest> chainIds = chainIds(diffIds);
        List<Digest> keys = new ArrayList<>();
        for (int i = 0; i < diffIds.size(); i++) {
            List<String> implied = folders.implied(diffIds.get(i));
            LayerStack below = folders.stack(keys);
            boolean depends = !keys.isEmpty() && !implied.isEmpty() && LayerUnpacker.dependsOn(below, implied);
            keys.add(depends ? chainIds.get(i) : diffIds.get(i));
            if (depends) {
                rebuildOnce(origin, layers.get(i), diffIds.get(i), keys.getLast(), below);
            }
        }
        return keys;
    }

    private void rebuildOnce(LayerOrigin origin, Descriptor layer, Digest diffId, Digest key, LayerStack below) {
        try (SharedTransfers.Ticket ticket = transfers.join(
                key, new LayerTransfer(key, layer.size()), _ -> rebuild(origin, layer, diffId, key, below))) {
            SharedTransfers.await(List.of(ticket));
        }
    }

    private void rebuild(LayerOrigin origin, Descriptor layer, Digest diffId, Digest key, LayerStack below) {
        if (store.layer(key).isPresent()) {
            return;
        }
        try (InputStream kept = content.open(layer.digest()).orElse(null)) {
            if (kept == null) {
                origin.read(layer, packed -> unpack(packed, layer, diffId, key, below));
            } else {
                unpack(kept, layer, diffId, key, below);
            }
        } catch (IOException e) {
            throw ContentStore.failure("rebuild layer " + layer.digest(), e);
        }
    }

    private UnpackedLayer unpack(InputStream packed, Descriptor layer, Digest diffId, Digest key, LayerStack below)
            throws IOException {
        Path temporary = folders.begin();
        try {
            UnpackedLayer unpacked = folders.unpack(packed, layer, diffId, temporary, Optional.of(below));
            folders.commit(temporary, key, unpacked, () -> {}, Map.of());
            return unpacked;
        } finally {
            folders.discard(temporary);
        }
    }
}
