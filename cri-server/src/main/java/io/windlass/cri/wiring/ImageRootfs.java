package io.windlass.cri.wiring;

import io.windlass.fault.Fault;
import io.windlass.image.Image;
import io.windlass.image.ImageService;
import io.windlass.image.archive.FolderArchive;
import io.windlass.image.manifest.OciImageConfig;
import io.windlass.image.reference.ImageId;
import io.windlass.image.snapshot.Snapshot;
import io.windlass.image.snapshot.SnapshotUsage;
import io.windlass.linux.FsStat;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.rootfs.Archives;
import io.windlass.pod.rootfs.ImageConfiguration;
import io.windlass.pod.rootfs.ImageVolume;
import io.windlass.pod.rootfs.ResolvedImage;
import io.windlass.pod.rootfs.Rootfs;
import io.windlass.pod.rootfs.RootfsCapacity;
import io.windlass.pod.rootfs.RootfsProvider;
import io.windlass.pod.rootfs.RootfsUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Gives the pods' side the roots that the images' side keeps; the two know nothing of each other. Thread-safe. */
public final class ImageRootfs implements RootfsProvider {
    /** Between the container's id and the volume's number. */
    private static final String VOLUME = ".volume.";

    private final ImageService images;
    private final Syscalls kernel;
    private final FolderArchive archives;

    public ImageRootfs(ImageService images, Syscalls kernel) {
        this.images = images;
        this.kernel = kernel;
        this.archives = new FolderArchive(kernel);
    }

    @Override
    public Optional<ResolvedImage> resolve(String referenceOrId) {
        return images.find(referenceOrId).map(ImageRootfs::resolved);
    }

    @Override
    public Rootfs prepare(ContainerId id, ResolvedImage image) {
        return new SnapshotRootfs(images.snapshots().prepare(id.value(), ImageId.parse(image.id())));
    }

    @Override
    public Optional<ImageVolume> prepareVolume(ContainerId id, int number, ResolvedImage image, String subPath) {
        // A snapshot that nobody writes to: it keeps the layers, also over a restart.
        List<Path> places = images.snapshots()
                .prepare(id.value() + VOLUME + number, ImageId.parse(image.id()))
                .locate(subPath);
        return places.isEmpty() ? Optional.empty() : Optional.of(new ImageVolume(places));
    }

    @Override
    public Optional<Rootfs> find(ContainerId id) {
        return images.snapshots().find(id.value()).map(SnapshotRootfs::new);
    }

    @Override
    public void remove(ContainerId id) {
        images.snapshots().remove(id.value());
        images.snapshots().list().stream()
                .filter(snapshot -> snapshot.startsWith(id.value() + VOLUME))
                .forEach(images.snapshots()::remove);
    }

    @Override
    public void saveChanges(ContainerId id, Path archive) {
        archives.pack(snapshot(id).upper(), archive);
    }

    @Override
    public void applyChanges(ContainerId id, Path archive) {
        Path upper = snapshot(id).upper();
        Path discarded = upper.resolveSibling("discarded");
        try {
            Files.createDirectory(discarded);
        } catch (IOException e) {
            throw Fault.internal("cannot make " + discarded + ": " + e.getMessage(), e);
        }
        // What is in it is removed with the snapshot.
        archives.unpack(archive, upper, discarded);
    }

    private Snapshot snapshot(ContainerId id) {
        return images.snapshots()
                .find(id.value())
                .orElseThrow(() -> Fault.notFound("container " + id + " has no writable layer"));
    }

    @Override
    public Archives archives() {
        return new FolderArchives(archives);
    }

    @Override
    public RootfsUsage usage(ContainerId id) {
        SnapshotUsage usage = images.snapshots().usage(id.value());
        return new RootfsUsage(folder(), usage.bytes(), usage.inodes());
    }

    @Override
    public Path folder() {
        return images.fsInfo().mountpoint();
    }

    @Override
    public RootfsCapacity capacity() {
        Path root = folder();
        try {
            FsStat stat = kernel.statfs(root);
            return new RootfsCapacity(
                    Files.getFileStore(root).name(),
                    stat.blocks() * stat.blockSize(),
                    stat.inodes(),
                    stat.inodesFree());
        } catch (IOException | SyscallException e) {
            throw Fault.internal("cannot measure the filesystem of " + root + ": " + e.getMessage(), e);
        }
    }

    @Override
    public List<ContainerId> list() {
        return images.snapshots().list().stream()
                .map(ImageRootfs::container)
                .distinct()
                .map(ContainerId::of)
                .toList();
    }

    private static String container(String snapshot) {
        int volume = snapshot.indexOf(VOLUME);
        return volume < 0 ? snapshot : snapshot.substring(0, volume);
    }

    private static ResolvedImage resolved(Image image) {
        OciImageConfig config = image.config();
        String reference =
                image.repoDigests().stream().findFirst().orElse(image.id().toString());
        return new ResolvedImage(
                image.id().toString(),
                reference,
                new ImageConfiguration(
                        config.entrypoint(),
                        config.cmd(),
                        config.env(),
                        config.workingDir(),
                        config.user(),
                        config.stopSignal(),
                        config.labels(),
                        config.volumes().stream().sorted().toList()));
    }

    private record FolderArchives(FolderArchive archives) implements Archives {
        @Override
        public void pack(Path folder, Path archive) {
            archives.pack(folder, archive);
        }

        @Override
        public void unpack(Path archive, Path folder, Path discarded) {
            archives.unpack(archive, folder, discarded);
        }
    }

    private record SnapshotRootfs(Snapshot snapshot) implements Rootfs {
        @Override
        public List<Path> lowers() {
            return snapshot.lowers();
        }

        @Override
        public Path upper() {
            return snapshot.upper();
        }

        @Override
        public Path work() {
            return snapshot.work();
        }

        @Override
        public Optional<byte[]> readFile(String absolutePath) {
            return snapshot.readFile(absolutePath);
        }
    }
}
