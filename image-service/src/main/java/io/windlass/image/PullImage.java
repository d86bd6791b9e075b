package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.image.content.ContentStore;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.manifest.ManifestReader;
import io.windlass.image.manifest.OciImageConfig;
import io.windlass.image.manifest.Platform;
import io.windlass.image.progress.LayerTransfer;
import io.windlass.image.progress.Pull;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageId;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.registry.RegistryClient;
import io.windlass.image.registry.RegistrySession;
import io.windlass.image.store.Collector;
import io.windlass.image.store.ImageStore;
import io.windlass.image.store.LayoutIndex;
import io.windlass.image.store.StoredImage;
import io.windlass.image.trust.SignaturePolicies;
import io.windlass.image.trust.SignaturePolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Pulls an image: resolves the reference to this platform's manifest, fetches what is not here yet, and records the image.
 * Thread-safe. An interrupt of the calling thread cancels the pull; nothing of a failed pull stays.
 */
final class PullImage {
    private final RegistryClient registries;
    private final SignaturePolicies policies;
    private final ContentStore content;
    private final ImageStore store;
    private final Collector collector;
    private final SharedTransfers transfers;
    private final ResolveImage resolveImage;
    private final FetchLayer fetchLayer;
    private final ArrangeLayers arrangeLayers;
    private final LayoutIndex layoutIndex;

    PullImage(
            RegistryClient registries,
            SignaturePolicies policies,
            ContentStore content,
            ImageStore store,
            Collector collector,
            SharedTransfers transfers,
            FetchLayer fetchLayer,
            ArrangeLayers arrangeLayers,
            LayoutIndex layoutIndex) {
        this.registries = registries;
        this.policies = policies;
        this.content = content;
        this.store = store;
        this.collector = collector;
        this.transfers = transfers;
        this.resolveImage = new ResolveImage(content, Platform.current());
        this.fetchLayer = fetchLayer;
        this.arrangeLayers = arrangeLayers;
        this.layoutIndex = layoutIndex;
    }

    /** @param namespace of the pod that the image is for; empty where that is not known */
    ImageId pull(ImageReference reference, RegistryAuth auth, String namespace, Pull progress) {
        try {
            ImageId id = pullUnnamed(reference, auth, namespace, progress);
            progress.done();
            return id;
        } catch (Fault e) {
            progress.failed(e.getMessage());
            throw e.in("cannot pull image " + reference);
        }
    }

    private ImageId pullUnnamed(ImageReference reference, RegistryAuth auth, String namespace, Pull progress) {
        // Before any request: a policy that cannot be read decides about nothing.
        Optional<SignaturePolicy> policy = policies.find(namespace);
        RegistrySession registry = registries.session(reference, auth, progress);
        ResolveImage.Resolved resolved = resolveImage.resolve(registry, reference.selector());
        // Also of an image that is here: another policy may have let it in, or it came under another name.
        policy.ifPresent(p -> p.check(
                reference,
                Stream.of(resolved.top(), resolved.chosen()).distinct().toList(),
                registry));
        Set<Digest> touched = new HashSet<>(resolved.digests());
        boolean clean = false;
        try (Collector.Lease _ = collector.lease(resolved.digests())) {
            byte[] configBytes = resolveImage.config(registry, resolved.manifest());
            OciImageConfig config = ManifestReader.config(configBytes);
            Set<Digest> folders = new HashSet<>(config.diffIds());
            folders.addAll(ArrangeLayers.chainIds(config.diffIds()));
            touched.addAll(folders);
            try (Collector.Lease _ = collector.lease(folders)) {
                List<Digest> layers = layers(registry, resolved, config.diffIds(), progress);
                progress.committing();
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

    private List<Digest> layers(
            RegistrySession registry, ResolveImage.Resolved resolved, List<Digest> diffIds, Pull progress) {
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
            RegistrySession registry, ResolveImage.Resolved resolved, List<Digest> diffIds, Pull progress) {
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
                            transfer -> fetchLayer.fetch(registry, layer, diffId, transfer));
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
            ImageReference reference,
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
}
