package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.content.ContentStore;
import io.windlass.image.content.StoreLayout;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.DigestVerifier;
import io.windlass.image.snapshot.SnapshotStore;
import io.windlass.image.store.Collector;
import io.windlass.image.store.ImageStore;
import io.windlass.image.store.StoredImage;
import io.windlass.image.unpack.TreeComparison;
import io.windlass.image.verify.Damage;
import io.windlass.image.verify.StoreReport;
import io.windlass.image.verify.VerifyOptions;
import io.windlass.linux.Syscalls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Examines the store while pulls go on and containers run: hashes each blob, compares each unpacked layer with its archive, and looks for
 * files that nothing tells of. Bounded memory, two at a time. Thread-safe; examinations follow each other.
 *
 * <p>What is examined is under a lease, so that nothing counts as missing that an image's removal has taken away.
 */
final class VerifyImages {
    private static final int AT_A_TIME = 2;
    private static final int BUFFER = 256 << 10;

    private final StoreLayout layout;
    private final ContentStore content;
    private final ImageStore store;
    private final Collector collector;
    private final SnapshotStore snapshots;
    private final LayerFolders folders;
    private final RepairImages repairImages;
    private final Syscalls kernel;

    VerifyImages(
            StoreLayout layout,
            ContentStore content,
            ImageStore store,
            Collector collector,
            SnapshotStore snapshots,
            LayerFolders folders,
            RepairImages repairImages,
            Syscalls kernel) {
        this.layout = layout;
        this.content = content;
        this.store = store;
        this.collector = collector;
        this.snapshots = snapshots;
        this.folders = folders;
        this.repairImages = repairImages;
        this.kernel = kernel;
    }

    /** An interrupt of the calling thread ends it with CANCELLED. */
    synchronized StoreReport verify(VerifyOptions options) {
        AtomicLong bytes = new AtomicLong();
        AtomicInteger compared = new AtomicInteger();
        Set<Digest> blobs = new LinkedHashSet<>(store.blobs().keySet());
        store.images().forEach(image -> blobs.addAll(documents(image)));
        try {
            List<Damage> damages = new ArrayList<>(each(blobs, blob -> blob(blob, bytes, options)));
            Set<Digest> layers = new LinkedHashSet<>();
            store.layers().forEach(layer -> layers.add(layer.key()));
            store.images().forEach(image -> layers.addAll(image.layers()));
            Set<String> bad = ConcurrentHashMap.newKeySet();
            damages.addAll(each(byThemselves(layers), layer -> layer(layer, bad, compared, options)));
            // What was unpacked above others is looked at once those are right, from the lowest on.
            for (Digest chained : chained(layers)) {
                damages.addAll(each(List.of(chained), layer -> layer(layer, bad, compared, options)));
            }
            damages.addAll(orphans(options));
            return new StoreReport(blobs.size(), bytes.get(), layers.size(), compared.get(), notKept(), damages);
        } finally {
            // What lost its last user while it was examined was kept by the examination.
            collector.collect();
        }
    }

    private List<Digest> byThemselves(Set<Digest> layers) {
        Set<Digest> chained = new HashSet<>(chained(layers));
        return layers.stream().filter(layer -> !chained.contains(layer)).toList();
    }

    private List<Digest> chained(Set<Digest> layers) {
        Map<Digest, Integer> places = new HashMap<>();
        for (StoredImage image : store.images()) {
            List<Digest> diffIds = image.config().diffIds();
            for (int i = 0; i < Math.min(diffIds.size(), image.layers().size()); i++) {
                Digest key = image.layers().get(i);
                if (!key.equals(diffIds.get(i)) && layers.contains(key)) {
                    places.put(key, i);
                }
            }
        }
        return places.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** One thing to examine; absent: it is in order. */
    private interface Examination {
        Optional<Damage> examine(Digest digest) throws IOException;
    }

    private static List<Damage> each(Collection<Digest> digests, Examination examination) {
        List<Damage> damages = new ArrayList<>();
        ExecutorService workers = Executors.newFixedThreadPool(
                AT_A_TIME, Thread.ofPlatform().daemon().name("image-verify-", 0).factory());
        try {
            List<Callable<Optional<Damage>>> work = new ArrayList<>();
            digests.forEach(digest -> work.add(() -> examination.examine(digest)));
            for (Future<Optional<Damage>> result : workers.invokeAll(work)) {
                result.get().ifPresent(damages::add);
            }
            return damages;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "cannot verify the image store: it was cancelled", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Fault fault
                    ? fault.in("cannot verify the image store")
                    : Fault.internal("cannot verify the image store: " + e.getCause(), e);
        } finally {
            workers.shutdownNow();
            workers.close();
        }
    }

    private Optional<Damage> blob(Digest blob, AtomicLong bytes, VerifyOptions options) throws IOException {
        try (Collector.Lease _ = collector.lease(Set.of(blob))) {
            Long size = store.blobs().get(blob);
            if (size == null
                    && store.images().stream().noneMatch(i -> documents(i).contains(blob))) {
                return Optional.empty();
            }
            Optional<Damage> damage = look(blob, size, bytes);
            return damage.isPresent() && options.repair()
                    ? Optional.of(repairImages.blob(damage.get(), blob, options.auth()))
                    : damage;
        }
    }

    private Optional<Damage> look(Digest blob, @Nullable Long size, AtomicLong bytes) throws IOException {
        Optional<InputStream> opened = content.open(blob);
        if (opened.isEmpty()) {
            return Optional.of(damage(blob, Damage.Kind.MISSING, "its file is not there"));
        }
        DigestVerifier verifier = blob.verifier();
        long length = 0;
        try (InputStream in = opened.get()) {
            byte[] buffer = new byte[BUFFER];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                verifier.update(buffer, 0, count);
                length += count;
                if (Thread.currentThread().isInterrupted()) {
                    throw new Fault(FaultKind.CANCELLED, "hashing blob " + blob + " was cancelled");
                }
            }
        } catch (ClosedByInterruptException e) {
            throw ContentStore.failure("hash blob " + blob, e);
        } catch (IOException e) {
            return Optional.of(damage(blob, Damage.Kind.UNREADABLE, "it cannot be read: " + e.getMessage()));
        }
        bytes.addAndGet(length);
        if (size != null && length != size) {
            return Optional.of(damage(
                    blob,
                    length < size ? Damage.Kind.TRUNCATED : Damage.Kind.CHANGED,
                    "it has " + length + " bytes, not " + size));
        }
        try {
            verifier.verify("blob file");
            return Optional.empty();
        } catch (Fault changed) {
            return Optional.of(damage(blob, Damage.Kind.CHANGED, "its content has another digest"));
        }
    }

    private Damage damage(Digest blob, Damage.Kind kind, String detail) {
        return new Damage(
                Damage.Subject.BLOB,
                kind,
                blob.toString(),
                layout.blob(blob),
                detail,
                users(image -> image.blobs().contains(blob)),
                Damage.Repair.NOT_ASKED,
                "");
    }

    private List<String> users(Predicate<StoredImage> needs) {
        return store.images().stream()
                .filter(needs)
                .flatMap(image ->
                        image.names().isEmpty() ? Stream.of(image.id().toString()) : image.names().keySet().stream())
                .sorted()
                .toList();
    }

    /** @param bad layers that are not as they should be, also after a repair */
    private Optional<Damage> layer(Digest key, Set<String> bad, AtomicInteger compared, VerifyOptions options)
            throws IOException {
        List<LayerOrigin> origins = store.images().stream()
                .filter(image -> image.layers().contains(key))
                .flatMap(image -> LayerOrigin.of(content, image, key).stream())
                .filter(origin -> origin.below().stream().noneMatch(below -> bad.contains(below.toString())))
                .toList();
        Set<Digest> needed = new HashSet<>(Set.of(key));
        origins.forEach(origin -> {
            needed.add(origin.archive().digest());
            needed.addAll(origin.below());
        });
        try (Collector.Lease _ = collector.lease(needed)) {
            boolean known = store.layer(key).isPresent()
                    || store.images().stream().anyMatch(image -> image.layers().contains(key));
            if (!known) {
                return Optional.empty();
            }
            Optional<Damage> damage = lookAtTree(key, origins, compared, options);
            if (damage.isPresent() && options.repair()) {
                damage = Optional.of(repairImages.layer(damage.get(), key, origins, options.auth()));
            }
            damage.filter(d -> d.repair() != Damage.Repair.DONE).ifPresent(d -> bad.add(d.name()));
            return damage;
        }
    }

    private Optional<Damage> lookAtTree(
            Digest key, List<LayerOrigin> origins, AtomicInteger compared, VerifyOptions options) throws IOException {
        if (!Files.isDirectory(layout.layerTree(key), LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of(treeDamage(key, Damage.Kind.MISSING, "its folder is not there"));
        }
        if (store.layer(key).isEmpty()) {
            return Optional.of(treeDamage(key, Damage.Kind.MISSING, "it is not in the records"));
        }
        Optional<LayerOrigin> origin =
                origins.stream().filter(o -> content.has(o.archive().digest())).findFirst();
        if (!options.compareTrees() || origin.isEmpty()) {
            return Optional.empty();
        }
        Path temporary = folders.begin();
        try (InputStream packed = content.open(origin.get().archive().digest()).orElseThrow()) {
            folders.unpack(
                    packed,
                    origin.get().archive(),
                    origin.get().diffId(),
                    temporary,
                    origin.get().below().isEmpty()
                            ? Optional.empty()
                            : Optional.of(folders.stack(origin.get().below())));
            Optional<String> difference =
                    new TreeComparison(kernel).difference(temporary.resolve("fs"), layout.layerTree(key));
            compared.incrementAndGet();
            return difference.map(words -> treeDamage(key, Damage.Kind.CHANGED, words));
        } catch (Fault e) {
            if (e.kind() == FaultKind.DATA_LOSS) {
                // The archive is bad, which has been told already: then nothing is known of the tree.
                return Optional.empty();
            }
            throw e;
        } finally {
            folders.discard(temporary);
        }
    }

    private Damage treeDamage(Digest key, Damage.Kind kind, String detail) {
        return new Damage(
                Damage.Subject.LAYER,
                kind,
                key.toString(),
                layout.layerTree(key),
                detail,
                users(image -> image.layers().contains(key)),
                Damage.Repair.NOT_ASKED,
                "");
    }

    private List<Damage> orphans(VerifyOptions options) {
        return collector.guarded(() -> {
            List<Path> found = new ArrayList<>(collector.orphans());
            found.addAll(snapshots.orphans());
            return found.stream()
                    .map(path -> new Damage(
                            Damage.Subject.FILE,
                            Damage.Kind.ORPHAN,
                            layout.root().relativize(path).toString(),
                            path,
                            "no record tells of it",
                            List.of(),
                            Damage.Repair.NOT_ASKED,
                            ""))
                    .map(damage -> options.repair() ? repairImages.orphan(damage) : damage)
                    .toList();
        });
    }

    /** Blobs that an image cannot be without, whatever is configured. */
    private static Set<Digest> documents(StoredImage image) {
        Set<Digest> documents = new HashSet<>(image.names().values());
        documents.add(image.id().config());
        return documents;
    }

    private List<Digest> notKept() {
        Set<Digest> absent = new HashSet<>();
        store.images().forEach(image -> absent.addAll(image.blobs()));
        absent.removeAll(store.blobs().keySet());
        store.images().forEach(image -> absent.removeAll(documents(image)));
        return absent.stream().sorted().toList();
    }
}
