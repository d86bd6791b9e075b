package io.windlass.cri.wiring;

import io.windlass.image.Image;
import io.windlass.image.ImageService;
import io.windlass.image.manifest.OciImageConfig;
import io.windlass.image.reference.ImageId;
import io.windlass.image.snapshot.Snapshot;
import io.windlass.image.snapshot.SnapshotUsage;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.rootfs.ImageConfiguration;
import io.windlass.pod.rootfs.ResolvedImage;
import io.windlass.pod.rootfs.Rootfs;
import io.windlass.pod.rootfs.RootfsProvider;
import io.windlass.pod.rootfs.RootfsUsage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Gives the pods' side the roots that the images' side keeps; the two know nothing of each other. Thread-safe. */
public final class ImageRootfs implements RootfsProvider {
    private final ImageService images;

    public ImageRootfs(ImageService images) {
        this.images = images;
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
    public Optional<Rootfs> find(ContainerId id) {
        return images.snapshots().find(id.value()).map(SnapshotRootfs::new);
    }

    @Override
    public void remove(ContainerId id) {
        images.snapshots().remove(id.value());
    }

    @Override
    public RootfsUsage usage(ContainerId id) {
        SnapshotUsage usage = images.snapshots().usage(id.value());
        return new RootfsUsage(images.fsInfo().mountpoint(), usage.bytes(), usage.inodes());
    }

    @Override
    public List<ContainerId> list() {
        return images.snapshots().list().stream().map(ContainerId::of).toList();
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
