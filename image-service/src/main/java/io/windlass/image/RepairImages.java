package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.content.ContentStore;
import io.windlass.image.content.StoreLayout;
import io.windlass.image.content.Trash;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.manifest.ImageManifest;
import io.windlass.image.progress.Pull;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.registry.RegistryClient;
import io.windlass.image.registry.RegistrySession;
import io.windlass.image.snapshot.SnapshotStore;
import io.windlass.image.store.Collector;
import io.windlass.image.store.ImageStore;
import io.windlass.image.store.StoredImage;
import io.windlass.image.unpack.UnpackedLayer;
import io.windlass.image.verify.Damage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Takes away what is bad in the store and puts the right thing in its place, from the repositories that the images were pulled from, by
 * digest only. Thread-safe.
 */
final class RepairImages {
    private final StoreLayout layout;
    private final ContentStore content;
    private final ImageStore store;
    private final Collector collector;
    private final Trash trash;
    private final SnapshotStore snapshots;
    private final LayerFolders folders;
    private final RegistryClient registries;

    RepairImages(
            StoreLayout layout,
            ContentStore content,
            ImageStore store,
            Collector collector,
            Trash trash,
            SnapshotStore snapshots,
            LayerFolders folders,
            RegistryClient registries) {
        this.layout = layout;
        this.content = content;
        this.store = store;
        this.collector = collector;
        this.trash = trash;
        this.snapshots = snapshots;
        this.folders = folders;
        this.registries = registries;
    }

    /** The bad file goes at once: whoever looks for the blob meanwhile fetches it. */
    Damage blob(Damage damage, Digest blob, RegistryAuth auth) {
        return attempt(damage, () -> {
            trash.discard(layout.blob(blob));
            List<StoredImage> users = store.images().stream()
                    .filter(image -> image.blobs().contains(blob))
                    .toList();
            fromAny(users, auth, registry -> fetch(registry, blob, users));
        });
    }

    /** Trees that containers stand on stay, as those would lose files that they have open. */
    Damage layer(Damage damage, Digest key, List<LayerOrigin> origins, RegistryAuth auth) {
        return attempt(damage, () -> {
            if (origins.isEmpty()) {
                throw Fault.precondition(
                        "no image tells what it was made from, or a layer below it is bad: repair that first, or pull the image again");
            }
            mayGo(key);
            LayerOrigin origin = origins.stream()
                    .filter(o -> content.has(o.archive().digest()))
                    .findFirst()
                    .orElse(origins.getFirst());
            if (content.has(origin.archive().digest())) {
                rebuild(origin, key);
            } else {
                fromAny(List.of(origin.image()), auth, registry -> rebuild(registry, origin, key));
            }
        });
    }

    Damage orphan(Damage damage) {
        return attempt(damage, () -> trash.discard(damage.path()));
    }

    private static Damage attempt(Damage damage, Runnable repair) {
        try {
            repair.run();
            return damage.with(Damage.Repair.DONE, "");
        } catch (Fault e) {
            if (e.kind() == FaultKind.CANCELLED) {
                throw e;
            }
            return damage.with(Damage.Repair.FAILED, String.valueOf(e.getMessage()));
        }
    }

    private void mayGo(Digest key) {
        List<String> users = snapshots.usersOf(key);
        if (!users.isEmpty() && Files.exists(layout.layerTree(key))) {
            throw Fault.precondition(
                    "containers stand on it: remove " + String.join(", ", users) + " and verify again");
        }
    }

    private void rebuild(LayerOrigin origin, Digest key) {
        try (InputStream packed = content.open(origin.archive().digest()).orElseThrow()) {
            replace(packed, origin, key);
        } catch (IOException e) {
            throw ContentStore.failure("rebuild layer " + origin.archive().digest(), e);
        }
    }

    private void rebuild(RegistrySession registry, LayerOrigin origin, Digest key) {
        try {
            registry.read(origin.archive(), packed -> replace(packed, origin, key));
        } catch (IOException e) {
            throw ContentStore.failure("rebuild layer " + origin.archive().digest(), e);
        }
    }

    private UnpackedLayer replace(InputStream packed, LayerOrigin origin, Digest key) throws IOException {
        Path temporary = folders.begin();
        try {
            UnpackedLayer unpacked = folders.unpack(
                    packed,
                    origin.archive(),
                    origin.diffId(),
                    temporary,
                    origin.below().isEmpty() ? Optional.empty() : Optional.of(folders.stack(origin.below())));
            folders.replace(temporary, key, unpacked, collector, () -> mayGo(key));
            return unpacked;
        } finally {
            folders.discard(temporary);
        }
    }

    /** Asks the repositories of the images one after another; the last one's failure is told. */
    private void fromAny(List<StoredImage> images, RegistryAuth auth, Consumer<RegistrySession> request) {
        Set<String> asked = new HashSet<>();
        List<Fault> failures = new ArrayList<>();
        for (StoredImage image : images) {
            for (String name : image.names().keySet().stream().sorted().toList()) {
                ImageReference reference = ImageReference.parse(name);
                if (!asked.add(reference.repository().toString())) {
                    continue;
                }
                try {
                    request.accept(registries.session(reference, auth, new Pull(name)));
                    return;
                } catch (Fault e) {
                    if (e.kind() == FaultKind.CANCELLED) {
                        throw e;
                    }
                    failures.add(e);
                }
            }
        }
        if (failures.isEmpty()) {
            throw Fault.precondition(
                    "no image with a name needs it, so that no registry can be asked: pull its image again");
        }
        Fault last = failures.removeLast();
        failures.forEach(last::addSuppressed);
        throw last;
    }

    private void fetch(RegistrySession registry, Digest blob, List<StoredImage> users) {
        if (users.stream().anyMatch(image -> image.names().containsValue(blob))) {
            write(blob, registry.manifest(blob.toString()).content());
            return;
        }
        Optional<Descriptor> described = users.stream()
                .flatMap(image -> LayerOrigin.manifest(content, image).stream())
                .flatMap(manifest -> parts(manifest).stream())
                .filter(part -> part.digest().equals(blob))
                .findFirst();
        long size = described
                .map(Descriptor::size)
                .or(() -> Optional.ofNullable(store.blobs().get(blob)))
                .orElseThrow(() -> Fault.precondition(
                        "nothing tells its size while its image's manifest is damaged: verify again"));
        boolean isPart = described.isPresent()
                || users.stream().anyMatch(image -> image.id().config().equals(blob));
        if (!isPart && size <= RegistrySession.MOST_DOCUMENT_BYTES && writeManifest(registry, blob)) {
            return;
        }
        stream(registry, described.orElseGet(() -> new Descriptor("application/octet-stream", blob, size)));
    }

    private static List<Descriptor> parts(ImageManifest manifest) {
        List<Descriptor> parts = new ArrayList<>(manifest.layers());
        parts.add(manifest.config());
        return parts;
    }

    /** A blob of which nothing tells whether it is the manifest that an index leads to: false when the registry knows no such manifest. */
    private boolean writeManifest(RegistrySession registry, Digest blob) {
        byte[] manifest;
        try {
            manifest = registry.manifest(blob.toString()).content();
        } catch (Fault e) {
            if (e.kind() == FaultKind.NOT_FOUND || e.kind() == FaultKind.INVALID_ARGUMENT) {
                return false;
            }
            throw e;
        }
        write(blob, manifest);
        return true;
    }

    private void write(Digest blob, byte[] bytes) {
        content.write(blob, bytes);
        record(blob, bytes.length);
    }

    private void stream(RegistrySession registry, Descriptor blob) {
        try {
            registry.read(blob, in -> content.store(blob.digest(), blob.size(), in));
        } catch (IOException e) {
            throw new Fault(
                    Thread.currentThread().isInterrupted() ? FaultKind.CANCELLED : FaultKind.UNAVAILABLE,
                    "the transfer of blob " + blob.digest() + " broke off: " + e.getMessage(),
                    e);
        }
        record(blob.digest(), blob.size());
    }

    private void record(Digest blob, long size) {
        if (!store.blobs().containsKey(blob)) {
            store.addBlobs(Map.of(blob, size));
        }
    }
}
