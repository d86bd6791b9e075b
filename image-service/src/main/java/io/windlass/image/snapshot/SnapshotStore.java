package io.windlass.image.snapshot;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.content.StoreLayout;
import io.windlass.image.content.Trash;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageId;
import io.windlass.image.store.Collector;
import io.windlass.image.store.ImageStore;
import io.windlass.image.store.StoredImage;
import io.windlass.image.store.StoredLayer;
import io.windlass.linux.Fd;
import io.windlass.linux.FileMode;
import io.windlass.linux.FileStat;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.Syscalls;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Keeps snapshots as folders {@code snapshots/ID/{upper,work,layers}}. Thread-safe.
 *
 * <p>The file {@code layers} names the image and its layers, and makes the folder its own record: a container's writable
 * layer does not outlive a power loss anyway, so nothing is synced and no database waits for the disk. A folder that a
 * crash left without a readable file is thrown away at start.
 */
public final class SnapshotStore implements Snapshots {
    private static final System.Logger LOG = System.getLogger(SnapshotStore.class.getName());
    private static final String LAYERS = "layers";
    private static final String UPPER = "upper";
    private static final String WORK = "work";

    private final StoreLayout layout;
    private final ImageStore images;
    private final Collector collector;
    private final Trash trash;
    private final Syscalls kernel;
    private final Map<String, Origin> snapshots = new ConcurrentHashMap<>();

    public SnapshotStore(StoreLayout layout, ImageStore images, Collector collector, Trash trash, Syscalls kernel) {
        this.layout = layout;
        this.images = images;
        this.collector = collector;
        this.trash = trash;
        this.kernel = kernel;
        collector.usedBy(this::layersInUse);
        StoreLayout.entries(layout.snapshots()).forEach(this::load);
    }

    private void load(Path folder) {
        try {
            Origin origin = Origin.parse(Files.readAllLines(folder.resolve(LAYERS)));
            if (origin.layers.stream().allMatch(key -> images.layer(key).isPresent())) {
                snapshots.put(String.valueOf(folder.getFileName()), origin);
                return;
            }
            LOG.log(Level.WARNING, "snapshot {0} is discarded: a layer of its image is gone", folder);
        } catch (IOException | Fault | java.util.NoSuchElementException e) {
            LOG.log(Level.WARNING, "snapshot {0} is discarded: {1}", folder, e.toString());
        }
        trash.discard(folder);
    }

    private Set<Digest> layersInUse() {
        Set<Digest> used = new HashSet<>();
        snapshots.values().forEach(origin -> used.addAll(origin.layers));
        return used;
    }

    /** The snapshots that a layer is part of, sorted. */
    public List<String> usersOf(Digest layer) {
        return snapshots.entrySet().stream()
                .filter(snapshot -> snapshot.getValue().layers.contains(layer))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /** Folders among the snapshots that are none. */
    public List<Path> orphans() {
        return collector.guarded(() -> StoreLayout.entries(layout.snapshots()).stream()
                .filter(path -> !snapshots.containsKey(String.valueOf(path.getFileName())))
                .toList());
    }

    @Override
    public Snapshot prepare(String snapshotId, ImageId image) {
        if (!snapshotId.matches("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")) {
            throw Fault.invalid("cannot make snapshot '" + snapshotId + "': that is no id");
        }
        return collector.guarded(() -> {
            Origin existing = snapshots.get(snapshotId);
            if (existing != null && !existing.image.equals(image)) {
                throw new Fault(
                        FaultKind.ALREADY_EXISTS,
                        "cannot make snapshot " + snapshotId + ": it exists already, for image " + existing.image);
            }
            if (existing == null) {
                StoredImage stored = images.image(image)
                        .orElseThrow(() ->
                                Fault.notFound("cannot make snapshot " + snapshotId + ": there is no image " + image));
                existing = new Origin(image, stored.layers());
                make(snapshotId, existing);
                snapshots.put(snapshotId, existing);
            }
            return snapshot(snapshotId, existing);
        });
    }

    private void make(String snapshotId, Origin origin) {
        Path temporary = layout.newTemporary("snapshot");
        try {
            Files.createDirectories(temporary);
            Files.write(temporary.resolve(LAYERS), origin.lines());
            try (Fd directory = kernel.open(temporary, OpenFlags.DIRECTORY, 0)) {
                kernel.mkdirat(directory, WORK, 0711);
                kernel.mkdirat(directory, UPPER, 0755);
                copyRootAttributes(origin, directory);
            }
            StoreLayout.commit(temporary, layout.snapshot(snapshotId));
        } catch (IOException e) {
            trash.discard(temporary);
            throw Fault.internal("cannot make snapshot " + snapshotId + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            trash.discard(temporary);
            throw e;
        }
    }

    /** The root directory's owner and mode are those of the upper, so they come from the topmost layer that sets them. */
    private void copyRootAttributes(Origin origin, Fd directory) {
        int mode = 0755;
        int uid = 0;
        int gid = 0;
        Optional<Digest> setting = origin.layers.reversed().stream()
                .filter(key -> images.layer(key).map(StoredLayer::rootSet).orElse(false))
                .findFirst();
        if (setting.isPresent()) {
            try (Fd root = kernel.open(layout.layerTree(setting.get()), OpenFlags.PATH | OpenFlags.DIRECTORY, 0)) {
                FileStat stat = kernel.statx(root, "");
                mode = stat.mode() & FileMode.PERMISSIONS;
                uid = stat.uid();
                gid = stat.gid();
            }
        }
        kernel.fchownat(directory, UPPER, uid, gid, 0);
        kernel.fchmodat(directory, UPPER, mode);
    }

    @Override
    public Optional<Snapshot> find(String snapshotId) {
        return Optional.ofNullable(snapshots.get(snapshotId)).map(origin -> snapshot(snapshotId, origin));
    }

    private Snapshot snapshot(String id, Origin origin) {
        Path folder = layout.snapshot(id);
        List<Path> lowers =
                origin.layers.reversed().stream().map(layout::layerTree).toList();
        return new Snapshot(id, lowers, folder.resolve(UPPER), folder.resolve(WORK), kernel);
    }

    @Override
    public void remove(String snapshotId) {
        boolean layersFreed = collector.guarded(() -> {
            Origin origin = snapshots.get(snapshotId);
            if (origin == null) {
                return false;
            }
            trash.discard(layout.snapshot(snapshotId));
            snapshots.remove(snapshotId);
            return images.image(origin.image).isEmpty();
        });
        if (layersFreed) {
            collector.collect();
        }
    }

    @Override
    public SnapshotUsage usage(String snapshotId) {
        Origin origin = snapshots.get(snapshotId);
        if (origin == null) {
            throw Fault.notFound("cannot tell the usage of snapshot " + snapshotId + ": there is none of that id");
        }
        return new DiskUsage(kernel).of(layout.snapshot(snapshotId).resolve(UPPER));
    }

    /** What a snapshot was made from. */
    public ImageId image(String snapshotId) {
        Origin origin = snapshots.get(snapshotId);
        if (origin == null) {
            throw Fault.notFound("there is no snapshot " + snapshotId);
        }
        return origin.image;
    }

    @Override
    public Set<ImageId> images() {
        return snapshots.values().stream().map(origin -> origin.image).collect(Collectors.toSet());
    }

    @Override
    public List<String> list() {
        return List.copyOf(snapshots.keySet());
    }

    /** What a snapshot was made from; layers lowest first. */
    private record Origin(ImageId image, List<Digest> layers) {
        List<String> lines() {
            List<String> lines = new ArrayList<>(List.of(image.toString()));
            layers.forEach(layer -> lines.add(layer.toString()));
            lines.add("end");
            return lines;
        }

        static Origin parse(List<String> lines) {
            if (!lines.getLast().equals("end")) {
                throw new Fault(FaultKind.DATA_LOSS, "its file '" + LAYERS + "' is cut off");
            }
            return new Origin(
                    ImageId.parse(lines.getFirst()),
                    lines.subList(1, lines.size() - 1).stream()
                            .map(Digest::parse)
                            .toList());
        }
    }
}
