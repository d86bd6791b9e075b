package io.windlass.pod;

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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** One image in one folder, and writable layers beside it. */
final class FolderRootfs implements RootfsProvider {
    private final Path folder;

    FolderRootfs(Path folder) {
        this.folder = folder;
    }

    @Override
    public Optional<ResolvedImage> resolve(String referenceOrId) {
        return Optional.of(new ResolvedImage(
                "sha256:1",
                "busybox@sha256:2",
                new ImageConfiguration(List.of(), List.of("sleep", "60"), List.of(), "", "", "", Map.of(), List.of())));
    }

    @Override
    public Rootfs prepare(ContainerId id, ResolvedImage image) {
        try {
            Files.createDirectories(layer(id).resolve("upper"));
            Files.createDirectories(layer(id).resolve("work"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Layers(folder.resolve("lower"), layer(id));
    }

    private Path layer(ContainerId id) {
        return folder.resolve("layers").resolve(id.value());
    }

    /** The whole image has two layers, any part of it one. */
    @Override
    public Optional<ImageVolume> prepareVolume(ContainerId id, int number, ResolvedImage image, String subPath) {
        Path lower = folder.resolve("lower").resolve(subPath);
        if (!Files.exists(lower)) {
            return Optional.empty();
        }
        return Optional.of(new ImageVolume(subPath.isEmpty() ? List.of(folder.resolve("top"), lower) : List.of(lower)));
    }

    @Override
    public Optional<Rootfs> find(ContainerId id) {
        return Files.exists(layer(id)) ? Optional.of(new Layers(folder.resolve("lower"), layer(id))) : Optional.empty();
    }

    @Override
    public void remove(ContainerId id) {
        if (!Files.exists(layer(id))) {
            return;
        }
        try (Stream<Path> tree = Files.walk(layer(id))) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void saveChanges(ContainerId id, Path archive) {
        throw new UnsupportedOperationException("no test of these saves containers");
    }

    @Override
    public void applyChanges(ContainerId id, Path archive) {
        throw new UnsupportedOperationException("no test of these restores containers");
    }

    @Override
    public Archives archives() {
        return new Archives() {
            @Override
            public void pack(Path packed, Path archive) {
                throw new UnsupportedOperationException("no test of these saves containers");
            }

            @Override
            public void unpack(Path archive, Path unpacked, Path discarded) {
                throw new UnsupportedOperationException("no test of these restores containers");
            }
        };
    }

    @Override
    public RootfsUsage usage(ContainerId id) {
        return new RootfsUsage(folder, 0, 0);
    }

    @Override
    public Path folder() {
        return folder;
    }

    @Override
    public RootfsCapacity capacity() {
        return new RootfsCapacity(folder.toString(), 0, 0, 0);
    }

    @Override
    public List<ContainerId> list() {
        Path layers = folder.resolve("layers");
        if (!Files.exists(layers)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(layers)) {
            return entries.map(entry -> ContainerId.of(String.valueOf(entry.getFileName())))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Layers(Path lower, Path layer) implements Rootfs {
        @Override
        public List<Path> lowers() {
            return List.of(lower);
        }

        @Override
        public Path upper() {
            return layer.resolve("upper");
        }

        @Override
        public Path work() {
            return layer.resolve("work");
        }

        @Override
        public Optional<byte[]> readFile(String absolutePath) {
            try {
                return Optional.of(Files.readAllBytes(lower.resolve(absolutePath.substring(1))));
            } catch (NoSuchFileException e) {
                return Optional.empty();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
