package io.windlass.pod.fake;

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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** One image, and writable layers that are only remembered. */
public final class FakeRootfs implements RootfsProvider {
    /** How often a writable layer was measured. */
    public final AtomicInteger measured = new AtomicInteger();

    public static final String IMAGE = "busybox";
    public static final String REFERENCE = "busybox@sha256:2";

    private final Failpoints failpoints;
    private final Set<ContainerId> prepared = ConcurrentHashMap.newKeySet();
    private final Map<ContainerId, Path> applied = new ConcurrentHashMap<>();
    private volatile ImageConfiguration configuration = new ImageConfiguration(
            List.of("/bin/sh"), List.of("-c", "true"), List.of("A=1"), "", "", "", Map.of(), List.of());
    private volatile Map<String, String> files = Map.of();

    FakeRootfs(Failpoints failpoints) {
        this.failpoints = failpoints;
    }

    public Set<ContainerId> prepared() {
        return Set.copyOf(prepared);
    }

    public void configuration(ImageConfiguration next) {
        configuration = next;
    }

    public void files(Map<String, String> next) {
        files = next;
    }

    @Override
    public Optional<ResolvedImage> resolve(String referenceOrId) {
        failpoints.pass("rootfs.resolve");
        return referenceOrId.equals(IMAGE) || referenceOrId.equals(REFERENCE)
                ? Optional.of(new ResolvedImage("sha256:1", REFERENCE, configuration))
                : Optional.empty();
    }

    @Override
    public Rootfs prepare(ContainerId id, ResolvedImage image) {
        failpoints.pass("rootfs.prepare");
        prepared.add(id);
        return new Files(files);
    }

    @Override
    public Optional<ImageVolume> prepareVolume(ContainerId id, int number, ResolvedImage image, String subPath) {
        failpoints.pass("rootfs.prepareVolume");
        prepared.add(id);
        return subPath.equals("missing")
                ? Optional.empty()
                : Optional.of(new ImageVolume(List.of(Path.of("/image").resolve(subPath))));
    }

    @Override
    public Optional<Rootfs> find(ContainerId id) {
        return prepared.contains(id) ? Optional.of(new Files(files)) : Optional.empty();
    }

    @Override
    public void remove(ContainerId id) {
        prepared.remove(id);
    }

    @Override
    public void saveChanges(ContainerId id, Path archive) {
        failpoints.pass("rootfs.saveChanges");
        write(archive, "changes of " + id);
    }

    @Override
    public void applyChanges(ContainerId id, Path archive) {
        failpoints.pass("rootfs.applyChanges");
        applied.put(id, archive);
    }

    private static void write(Path file, String text) {
        try {
            java.nio.file.Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The archive that a layer was made from. */
    public Optional<Path> applied(ContainerId id) {
        return Optional.ofNullable(applied.get(id));
    }

    @Override
    public Archives archives() {
        return new FakeArchives(failpoints);
    }

    @Override
    public RootfsUsage usage(ContainerId id) {
        measured.incrementAndGet();
        return new RootfsUsage(folder(), 4096, 3);
    }

    @Override
    public Path folder() {
        return Path.of("/var/lib/windlass");
    }

    @Override
    public RootfsCapacity capacity() {
        return new RootfsCapacity("/dev/fake", 1 << 30, 1000, 900);
    }

    @Override
    public List<ContainerId> list() {
        return List.copyOf(prepared);
    }

    /** A root of a few texts. */
    public record Files(Map<String, String> texts) implements Rootfs {
        @Override
        public List<Path> lowers() {
            return List.of(Path.of("/lower"));
        }

        @Override
        public Path upper() {
            return Path.of("/upper");
        }

        @Override
        public Path work() {
            return Path.of("/work");
        }

        @Override
        public Optional<byte[]> readFile(String absolutePath) {
            return Optional.ofNullable(texts.get(absolutePath)).map(text -> text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
