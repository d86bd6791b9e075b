package io.windlass.image;

import io.windlass.image.content.ContentStore;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.manifest.ManifestReader;
import io.windlass.image.manifest.OciImageConfig;
import io.windlass.image.progress.LayerTransfer;
import io.windlass.image.progress.Pull;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageId;
import io.windlass.image.registry.LayerOrigin;
import io.windlass.image.store.Collector;
import io.windlass.image.store.ImageStore;
import io.windlass.image.store.LayoutIndex;
import io.windlass.image.store.StoredImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Makes an image whose documents are known one of this node's: brings and unpacks the layers that are not here yet, and records the image
 * under its names. Thread-safe. Nothing stays of one that fails.
 */
final class KeepImage {
    private final ContentStore content;
    private final ImageStore store;
    private final Collector collector;
    private final SharedTransfers transfers;
    private final FetchLayer fetchLayer;
    private final ArrangeLayers arrangeLayers;
    private final LayoutIndex layoutIndex;

    KeepImage(
            ContentStore content,
            ImageStore store,
            Collector collector,
            SharedTransfers transfers,
            FetchLayer fetchLayer,
            ArrangeLayers arrangeLayers,
            LayoutIndex layoutIndex) {
        this.content = content;
        this.store = store;
        this.collector = collector;
        this.transfers = transfers;
        this.fetchLayer = fetchLayer;
        this.arrangeLayers = arrangeLayers;
        this.layoutIndex = layoutIndex;
    }

    /**
     * Keeps an image with the archives of all its layers, which {@code origin} must have.
     *
     * @param names what it is called from now on, with the digests that those names stand for
     */
    ImageId keepWhole(LayerOrigin origin, ResolveImage.Resolved resolved, byte[] config, Map<String, Digest> names) {
        Pull unseen = new Pull(String.join(" ", names.keySet()));
        return keep(origin, resolved, () -> config, names, unseen, true);
    }

    /** @param config fetched when nothing of the image can be collected any more */
    ImageId keep(
            LayerOrigin origin,
            ResolveImage.Resolved resolved,
            Supplier<byte[]> config,
            Map<String, Digest> names,
            Pull progress) {
        return keep(origin, resolved, config, names, progress, false);
    }

    private ImageId keep(
            LayerOrigin origin,
            ResolveImage.Resolved resolved,
            Supplier<byte[]> configBlob,
            Map<String, Digest> names,
            Pull progress,
            boolean whole) {
        Set<Digest> touched = new HashSet<>(resolved.digests());
        boolean clean = false;
        try (Collector.Lease _ = collector.lease(resolved.digests())) {
            byte[] configBytes = configBlob.get();
            OciImageConfig config = ManifestReader.config(configBytes);
            Set<Digest> folders = new HashSet<>(config.diffIds());
            folders.addAll(ArrangeLayers.chainIds(config.diffIds()));
            touched.addAll(folders);
            try (Collector.Lease _ = collector.lease(folders)) {
                List<Digest> layers = layers(origin, resolved, config.diffIds(), progress);
                if (whole) {
                    resolved.manifest().layers().forEach(layer -> bringArchive(origin, layer));
                }
                progress.committing();
                ImageId id = record(names, resolved, configBytes, config, layers);
                // Layers that were unpacked once more for this image are not used in their first form.
                clean = layers.equals(config.diffIds());
                return id;
            }
        } finally {
            if (!clean) {
                collector.collect(touched);
            }
        }
    }

    private void bringArchive(LayerOrigin origin, Descriptor layer) {
        if (content.has(layer.digest())) {
            return;
        }
        try {
            origin.read(layer, in -> content.store(layer.digest(), layer.size(), in));
        } catch (IOException e) {
            throw ContentStore.failure("store layer " + layer.digest(), e);
        }
    }

    private List<Digest> layers(
            LayerOrigin origin, ResolveImage.Resolved resolved, List<Digest> diffIds, Pull progress) {
        Optional<StoredImage> known = store.image(
                        new ImageId(resolved.manifest().config().digest()))
                .filter(image ->
                        image.layers().stream().allMatch(key -> store.layer(key).isPresent()));
        if (known.isPresent()) {
            progress.fetching(
                    resolved.top(),
                    resolved.manifest().layers().stream()
                            .map(layer -> LayerTransfer.present(layer.digest(), layer.size()))
                            .toList());
            return known.get().layers();
        }
        // A transfer that another pull started may fail for that pull's reasons, such as its credentials: try again.
        for (int attempt = 1; ; attempt++) {
            try {
                fetchMissing(origin, resolved, diffIds, progress);
                return arrangeLayers.arrange(origin, resolved.manifest().layers(), diffIds);
            } catch (SharedTransfers.JoinedTransferFailed e) {
                if (attempt == 3) {
                    throw e.fault();
                }
            }
        }
    }

    private void fetchMissing(LayerOrigin origin, ResolveImage.Resolved resolved, List<Digest> diffIds, Pull progress) {
        List<Descriptor> layers = resolved.manifest().layers();
        Map<Digest, SharedTransfers.Ticket> tickets = new LinkedHashMap<>();
        List<LayerTransfer> shown = new ArrayList<>();
        try {
            for (int i = 0; i < layers.size(); i++) {
                Descriptor layer = layers.get(i);
                Digest diffId = diffIds.get(i);
                if (store.layer(diffId).isPresent() || tickets.containsKey(diffId)) {
                    shown.add(LayerTransfer.present(layer.digest(), layer.size()));
                } else {
                    SharedTransfers.Ticket ticket = transfers.join(
                            diffId,
                            new LayerTransfer(layer.digest(), layer.size()),
                            transfer -> fetchLayer.fetch(origin, layer, diffId, transfer));
                    tickets.put(diffId, ticket);
                    shown.add(ticket.progress());
                }
            }
            progress.fetching(resolved.top(), shown);
            SharedTransfers.await(List.copyOf(tickets.values()));
        } finally {
            tickets.values().forEach(SharedTransfers.Ticket::close);
        }
    }

    private ImageId record(
            Map<String, Digest> names,
            ResolveImage.Resolved resolved,
            byte[] configBytes,
            OciImageConfig config,
            List<Digest> layers) {
        Descriptor configBlob = resolved.manifest().config();
        Map<Digest, Long> documents = new HashMap<>();
        resolved.documents().forEach((digest, bytes) -> {
            content.write(digest, bytes);
            documents.put(digest, (long) bytes.length);
        });
        content.write(configBlob.digest(), configBytes);
        documents.put(configBlob.digest(), (long) configBytes.length);
        // A layer may have been here before without its archive of just this compression.
        resolved.manifest().layers().stream()
                .filter(layer -> content.has(layer.digest()))
                .forEach(layer -> documents.put(layer.digest(), layer.size()));
        long size = configBytes.length
                + resolved.manifest().layers().stream()
                        .mapToLong(Descriptor::size)
                        .sum();
        ImageId id = new ImageId(configBlob.digest());
        StoredImage image = new StoredImage(id, config, size, layers, resolved.digests(), names);
        if (!isRecorded(image)) {
            store.addImage(image, configBytes, documents);
            layoutIndex.write();
        }
        return id;
    }

    /** A pull of what is here already, under the same names, writes nothing. */
    private boolean isRecorded(StoredImage image) {
        return store.image(image.id())
                .filter(known ->
                        known.names().entrySet().containsAll(image.names().entrySet())
                                && known.blobs().containsAll(image.blobs()))
                .isPresent();
    }
}
