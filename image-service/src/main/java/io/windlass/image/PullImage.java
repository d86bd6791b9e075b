package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.content.ContentStore;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.manifest.ImageManifest;
import io.windlass.image.manifest.ManifestReader;
import io.windlass.image.manifest.MediaTypes;
import io.windlass.image.manifest.OciImageConfig;
import io.windlass.image.manifest.Platform;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageId;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.Document;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.registry.RegistryClient;
import io.windlass.image.registry.RegistrySession;
import io.windlass.image.store.Collector;
import io.windlass.image.store.ImageStore;
import io.windlass.image.store.LayoutIndex;
import io.windlass.image.store.StoredImage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Pulls an image: resolves the reference to this platform's manifest, fetches what is not here yet, and records the image.
 * Thread-safe. An interrupt of the calling thread cancels the pull; nothing of a failed pull stays.
 */
final class PullImage {
    private final RegistryClient registries;
    private final ContentStore content;
    private final ImageStore store;
    private final Collector collector;
    private final SharedTransfers transfers;
    private final FetchLayer fetchLayer;
    private final ArrangeLayers arrangeLayers;
    private final LayoutIndex layoutIndex;

    PullImage(
            RegistryClient registries,
            ContentStore content,
            ImageStore store,
            Collector collector,
            SharedTransfers transfers,
            FetchLayer fetchLayer,
            ArrangeLayers arrangeLayers,
            LayoutIndex layoutIndex) {
        this.registries = registries;
        this.content = content;
        this.store = store;
        this.collector = collector;
        this.transfers = transfers;
        this.fetchLayer = fetchLayer;
        this.arrangeLayers = arrangeLayers;
        this.layoutIndex = layoutIndex;
    }

    ImageId pull(ImageReference reference, RegistryAuth auth, PullProgress progress) {
        try {
            return pullUnnamed(reference, auth, progress);
        } catch (Fault e) {
            throw e.in("cannot pull image " + reference);
        }
    }

    private ImageId pullUnnamed(ImageReference reference, RegistryAuth auth, PullProgress progress) {
        RegistrySession registry = registries.session(reference.repository(), auth);
        Resolved resolved = resolve(registry, registry.manifest(reference.selector()));
        Set<Digest> touched = new HashSet<>(resolved.digests());
        boolean clean = false;
        try (Collector.Lease _ = collector.lease(resolved.digests())) {
            byte[] configBytes = config(registry, resolved.manifest().config());
            OciImageConfig config = checkedConfig(resolved.manifest(), configBytes);
            Set<Digest> folders = new HashSet<>(config.diffIds());
            folders.addAll(ArrangeLayers.chainIds(config.diffIds()));
            touched.addAll(folders);
            try (Collector.Lease _ = collector.lease(folders)) {
                List<Digest> layers = layers(registry, resolved, config.diffIds(), progress);
                ImageId id = record(reference, resolved, configBytes, config, layers);
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

    /** Goes from what the reference names, through an index if it is one, to the manifest for this platform. */
    private Resolved resolve(RegistrySession registry, Document top) {
        Map<Digest, byte[]> documents = new HashMap<>();
        documents.put(top.digest(), top.content());
        String mediaType = ManifestReader.mediaTypeOf(top.content(), top.contentType());
        if (!MediaTypes.isIndex(mediaType)) {
            return new Resolved(top.digest(), ManifestReader.manifest(top.content()), documents);
        }
        Descriptor chosen = ManifestReader.index(top.content()).select(Platform.current());
        byte[] manifest = content.read(chosen.digest())
                .orElseGet(() -> registry.manifest(chosen.digest().toString()).content());
        documents.put(chosen.digest(), manifest);
        if (!MediaTypes.isManifest(ManifestReader.mediaTypeOf(manifest, chosen.mediaType()))) {
            throw Fault.unimplemented("its index leads to another index, which is not supported");
        }
        return new Resolved(top.digest(), ManifestReader.manifest(manifest), documents);
    }

    private byte[] config(RegistrySession registry, Descriptor descriptor) {
        if (descriptor.size() > RegistrySession.MOST_DOCUMENT_BYTES) {
            throw new Fault(
                    FaultKind.RESOURCE_EXHAUSTED,
                    "its config of %d bytes is larger than the allowed %d"
                            .formatted(descriptor.size(), RegistrySession.MOST_DOCUMENT_BYTES));
        }
        return content.read(descriptor.digest()).orElseGet(() -> {
            byte[] bytes;
            try (InputStream body = registry.blob(descriptor, 0)) {
                bytes = body.readNBytes((int) descriptor.size() + 1);
            } catch (IOException e) {
                throw new Fault(
                        FaultKind.UNAVAILABLE,
                        "the transfer of its config " + descriptor.digest() + " broke off: " + e,
                        e);
            }
            var verifier = descriptor.digest().verifier();
            verifier.update(bytes, 0, bytes.length);
            verifier.verify("config");
            return bytes;
        });
    }

    private static OciImageConfig checkedConfig(ImageManifest manifest, byte[] bytes) {
        OciImageConfig config = ManifestReader.config(bytes);
        if (config.diffIds().size() != manifest.layers().size()) {
            throw new Fault(
                    FaultKind.DATA_LOSS,
                    "its manifest has %d layers, but its config %d"
                            .formatted(
                                    manifest.layers().size(), config.diffIds().size()));
        }
        Platform here = Platform.current();
        Platform made = config.platform();
        boolean fits = (made.os().isEmpty() || made.os().equals(here.os()))
                && (made.architecture().isEmpty() || made.architecture().equals(here.architecture()));
        if (!fits) {
            throw Fault.notFound("it is an image for " + made + ", and this machine is " + here);
        }
        return config;
    }

    private List<Digest> layers(
            RegistrySession registry, Resolved resolved, List<Digest> diffIds, PullProgress progress) {
        Optional<StoredImage> known = store.image(
                        new ImageId(resolved.manifest().config().digest()))
                .filter(image ->
                        image.layers().stream().allMatch(key -> store.layer(key).isPresent()));
        if (known.isPresent()) {
            progress.resolved(resolved.top(), diffIds.size(), diffIds.size(), 0);
            return known.get().layers();
        }
        // A transfer that another pull started may fail for that pull's reasons, such as its credentials: try again.
        for (int attempt = 1; ; attempt++) {
            try {
                fetchMissing(registry, resolved, diffIds, progress);
                return arrangeLayers.arrange(registry, resolved.manifest().layers(), diffIds);
            } catch (SharedTransfers.JoinedTransferFailed e) {
                if (attempt == 3) {
                    throw e.fault();
                }
            }
        }
    }

    private void fetchMissing(
            RegistrySession registry, Resolved resolved, List<Digest> diffIds, PullProgress progress) {
        Map<Digest, Descriptor> missing = new HashMap<>();
        List<Descriptor> layers = resolved.manifest().layers();
        for (int i = 0; i < layers.size(); i++) {
            if (store.layer(diffIds.get(i)).isEmpty()) {
                missing.put(diffIds.get(i), layers.get(i));
            }
        }
        long bytes = missing.values().stream().mapToLong(Descriptor::size).sum();
        progress.resolved(resolved.top(), layers.size(), layers.size() - missing.size(), bytes);
        List<SharedTransfers.Ticket> tickets = new ArrayList<>();
        try {
            missing.forEach((diffId, layer) ->
                    tickets.add(transfers.join(diffId, () -> fetchLayer.fetch(registry, layer, diffId, progress))));
            SharedTransfers.await(tickets);
        } finally {
            tickets.forEach(SharedTransfers.Ticket::close);
        }
    }

    private ImageId record(
            ImageReference reference,
            Resolved resolved,
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
        long size = configBytes.length
                + resolved.manifest().layers().stream()
                        .mapToLong(Descriptor::size)
                        .sum();
        Map<String, Digest> names = new HashMap<>();
        names.put(reference.toString(), resolved.top());
        ImageReference pinned =
                ImageReference.pinned(reference.repository(), reference.digest().orElse(resolved.top()));
        names.put(pinned.toString(), resolved.top());
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

    /**
     * What a reference stands for.
     *
     * @param top the digest of the index or manifest that the reference itself names
     */
    private record Resolved(Digest top, ImageManifest manifest, Map<Digest, byte[]> documents) {
        Set<Digest> digests() {
            Set<Digest> all = new HashSet<>(documents.keySet());
            all.add(manifest.config().digest());
            manifest.layers().forEach(layer -> all.add(layer.digest()));
            return all;
        }
    }
}
