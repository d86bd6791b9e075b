package io.windlass.image.store;

import io.windlass.image.content.StoreLayout;
import io.windlass.image.content.Trash;
import io.windlass.image.reference.Digest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Removes the layers and blobs that nothing uses. Thread-safe.
 *
 * <p>Use is derived, not counted: by images, by snapshots, and by leases of pulls that are under way. Whoever starts to use
 * a layer does so inside {@link #guarded} or under a lease, and so never sees one that is about to go.
 */
public final class Collector {
    /** Temporary files that are only made under leases. */
    private static final List<String> TEMPORARY = List.of("blob", "layer");

    private final StoreLayout layout;
    private final ImageStore store;
    private final Trash trash;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Lease> leases = new ArrayList<>();
    private final List<Supplier<Set<Digest>>> users = new ArrayList<>();

    public Collector(StoreLayout layout, ImageStore store, Trash trash) {
        this.layout = layout;
        this.store = store;
        this.trash = trash;
    }

    /** Registers who uses layers besides images; called before the first collection. */
    public void usedBy(Supplier<Set<Digest>> layers) {
        users.add(layers);
    }

    /** Keeps layers and blobs of these digests, whether they are here yet or not, until the lease is closed. */
    public Lease lease(Set<Digest> digests) {
        Lease lease = new Lease(Set.copyOf(digests));
        guarded(() -> leases.add(lease));
        return lease;
    }

    /** Runs {@code work} while nothing is collected. */
    public <T> T guarded(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    public void collect() {
        collect(Set.of());
    }

    /** @param touched what a failed pull may have put in its place without coming to record it */
    public void collect(Set<Digest> touched) {
        guarded(() -> {
            Set<Digest> kept = new HashSet<>();
            leases.forEach(lease -> kept.addAll(lease.digests));
            Set<Digest> keptLayers = new HashSet<>(kept);
            users.forEach(user -> keptLayers.addAll(user.get()));
            store.images().forEach(image -> {
                keptLayers.addAll(image.layers());
                kept.addAll(image.blobs());
            });
            Set<Digest> layers = new HashSet<>();
            store.layers().forEach(layer -> layers.add(layer.key()));
            layers.removeAll(keptLayers);
            Set<Digest> blobs = new HashSet<>(store.blobs().keySet());
            blobs.removeAll(kept);
            if (!layers.isEmpty() || !blobs.isEmpty()) {
                store.forget(layers, blobs);
                layers.forEach(layer -> trash.discard(layout.layer(layer)));
                blobs.forEach(blob -> trash.discard(layout.blob(blob)));
            }
            for (Digest digest : touched) {
                if (!kept.contains(digest) && !keptLayers.contains(digest)) {
                    trash.discard(layout.layer(digest));
                    trash.discard(layout.blob(digest));
                }
            }
            return true;
        });
    }

    /** Whether a pull or another work under a lease is under way. */
    public boolean isLeased() {
        return guarded(() -> !leases.isEmpty());
    }

    /**
     * Layers and blobs on disk that no record tells of and no lease is about, and, when no lease is held, what a work has left among the
     * temporary files. Nothing of it is used.
     */
    public List<Path> orphans() {
        return guarded(() -> {
            List<Path> orphans = unknown();
            leases.forEach(lease -> lease.digests.forEach(
                    digest -> orphans.removeAll(List.of(layout.layer(digest), layout.blob(digest)))));
            if (leases.isEmpty()) {
                StoreLayout.entries(layout.tmp()).stream()
                        .filter(path -> TEMPORARY.stream()
                                .anyMatch(purpose ->
                                        String.valueOf(path.getFileName()).startsWith(purpose + "-")))
                        .forEach(orphans::add);
            }
            return orphans;
        });
    }

    /** At start: removes what no record tells of, left by a crash between a file's and its record's commit. */
    public void sweep() {
        StoreLayout.entries(layout.tmp()).forEach(trash::discard);
        unknown().forEach(trash::discard);
        collect();
    }

    private List<Path> unknown() {
        Set<Path> known = new HashSet<>();
        store.layers().forEach(layer -> known.add(layout.layer(layer.key())));
        store.blobs().keySet().forEach(blob -> known.add(layout.blob(blob)));
        List<Path> found = new ArrayList<>(StoreLayout.entries(layout.layers()));
        found.addAll(StoreLayout.entries(layout.content().resolve("blobs/sha256")));
        found.addAll(StoreLayout.entries(layout.content().resolve("blobs/sha512")));
        found.removeIf(known::contains);
        return found;
    }

    /** See {@link #lease}. */
    public final class Lease implements AutoCloseable {
        private final Set<Digest> digests;

        private Lease(Set<Digest> digests) {
            this.digests = digests;
        }

        @Override
        public void close() {
            guarded(() -> leases.remove(this));
        }
    }
}
