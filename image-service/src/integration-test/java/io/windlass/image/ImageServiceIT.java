package io.windlass.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.reference.ImageId;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.snapshot.Snapshot;
import io.windlass.image.snapshot.SnapshotUsage;
import io.windlass.image.testing.FakeRegistry;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.TarBuilder;
import io.windlass.image.unpack.UnpackLimits;
import io.windlass.linux.Kernel;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresRoot
class ImageServiceIT {
    private static final byte[] BASE = new TarBuilder()
            .mode(0755)
            .directory("./")
            .directory("etc")
            .mode(0644)
            .file("etc/passwd", "root")
            .symbolicLink("etc/link", "/etc/../../etc/passwd")
            .symbolicLink("etc/loop", "loop")
            .build();
    private static final byte[] TOP = new TarBuilder()
            .mode(0755)
            .directory("etc")
            .mode(0644)
            .file("etc/top", "t")
            .build();
    private static final ImageBuilder.Built FIRST =
            new ImageBuilder().config("{\"User\":\"1\"}").gzipLayer(BASE).build();
    private static final ImageBuilder.Built SECOND = new ImageBuilder()
            .config("{\"User\":\"2\"}")
            .gzipLayer(BASE)
            .gzipLayer(TOP)
            .build();

    private static final ImageBuilder.Built OPAQUE = new ImageBuilder()
            .config("{\"User\":\"3\"}")
            .gzipLayer(BASE)
            .gzipLayer(new TarBuilder()
                    .mode(0755)
                    .directory("etc")
                    .mode(0644)
                    .file("etc/.wh..wh..opq", "")
                    .file("etc/only", "o")
                    .build())
            .build();

    @TempDir
    private Path root;

    private final FakeRegistry registry = new FakeRegistry();
    private ImageService images;

    @BeforeEach
    void open() {
        registry.add("a", "1", FIRST);
        registry.add("a", "one", FIRST);
        registry.add("b", "1", FIRST);
        registry.add("a", "2", SECOND);
        registry.add("a", "opaque", OPAQUE);
        reopen();
    }

    private void reopen() {
        images = ImageService.open(
                root,
                new ImageConfig(Map.of(), 2, List.of("*/b:*", "x.example/*"), UnpackLimits.DEFAULT),
                new Kernel());
    }

    @AfterEach
    void close() {
        images.close();
        registry.close();
    }

    private String name(String name) {
        return registry.host() + "/" + name;
    }

    private ImageId pull(String name) {
        return images.pull(ImageReference.parse(name(name)), RegistryAuth.ANONYMOUS);
    }

    private long count(String folder) throws IOException {
        try (Stream<Path> entries = Files.list(root.resolve(folder))) {
            return entries.count();
        }
    }

    @Test
    void anImageIsFoundByEachOfItsNames() {
        ImageId id = pull("a:1");
        pull("a:one");
        pull("b:1");
        String hex = id.config().hex();

        for (String name : List.of(
                name("a:1"),
                name("a:one"),
                name("b:1"),
                name("a@" + FIRST.digest()),
                name("a:ignored@" + FIRST.digest()),
                id.toString(),
                hex,
                hex.substring(0, 12),
                "sha256:" + hex.substring(0, 12))) {
            assertThat(images.find(name).map(Image::id)).as(name).contains(id);
        }
        for (String name : List.of(name("a:3"), name("c:1"), "", "sha256:", "A B", "0".repeat(64))) {
            assertThat(images.find(name)).as(name).isEmpty();
        }
        Image image = images.find(hex).orElseThrow();
        assertThat(image.repoTags()).containsExactlyInAnyOrder(name("a:1"), name("a:one"), name("b:1"));
        assertThat(image.repoDigests())
                .containsExactlyInAnyOrder(name("a@" + FIRST.digest()), name("b@" + FIRST.digest()));
        assertThat(image.size())
                .isEqualTo(
                        FIRST.blobs().values().stream().mapToLong(b -> b.length).sum());
        assertThat(image.pinned()).isTrue();
    }

    @Test
    void aPullByDigestGivesNoTag() {
        ImageId id = pull("a@" + FIRST.digest());

        Image image = images.find(id.toString()).orElseThrow();
        assertThat(image.repoTags()).isEmpty();
        assertThat(image.repoDigests()).containsExactly(name("a@" + FIRST.digest()));
        assertThat(image.pinned()).isFalse();
    }

    @Test
    void removingByOneNameRemovesAllOfThem() throws Exception {
        ImageId id = pull("a:1");
        pull("b:1");

        images.remove(name("a:1"));
        images.remove(name("a:1"));

        assertThat(images.find(name("b:1"))).isEmpty();
        assertThat(images.find(id.toString())).isEmpty();
        images.awaitDeletions();
        assertThat(count("layers")).isZero();
        assertThat(count("content/blobs/sha256")).isZero();
    }

    @Test
    void aLayerStaysWhileAnImageOrASnapshotUsesIt() throws Exception {
        ImageId first = pull("a:1");
        pull("a:2");
        assertThat(count("layers")).isEqualTo(2);
        Snapshot snapshot = images.snapshots().prepare("c1", first);

        images.remove(name("a:1"));
        assertThat(images.find(name("a:2"))).isPresent();
        images.remove(name("a:2"));

        assertThat(count("layers")).isEqualTo(1);
        assertThat(snapshot.readFile("etc/passwd")).isPresent();
        images.snapshots().remove("c1");
        images.snapshots().remove("c1");
        assertThat(count("layers")).isZero();
        assertThat(count("snapshots")).isZero();
    }

    @Test
    void aTagThatMovesLeavesTheOldImageItsDigest() {
        ImageId old = pull("a:1");
        registry.add("a", "1", SECOND);
        ImageId moved = pull("a:1");

        assertThat(images.find(name("a:1")).map(Image::id)).contains(moved);
        assertThat(images.find(old.toString()).orElseThrow().repoTags()).isEmpty();
        assertThat(images.find(old.toString()).orElseThrow().repoDigests()).hasSize(1);
    }

    @Test
    void aRestartKeepsImagesAndSnapshotsAndRemovesWhatACrashLeft() throws Exception {
        ImageId id = pull("a:2");
        Snapshot before = images.snapshots().prepare("c1", id);
        Files.writeString(before.upper().resolve("written"), "kept");
        long bytes = images.fsInfo().bytes();
        images.close();
        Files.createDirectories(root.resolve("tmp/layer-1/fs/deep"));
        Files.createDirectories(root.resolve("layers/" + "0".repeat(64) + "/fs"));
        Files.writeString(root.resolve("content/blobs/sha256/" + "0".repeat(64)), "x");
        Files.createDirectories(root.resolve("snapshots/broken/upper"));
        Files.createDirectories(root.resolve("trash/old/deep"));

        reopen();
        images.awaitDeletions();

        assertThat(images.find(name("a:2")).map(Image::id)).contains(id);
        Snapshot after = images.snapshots().find("c1").orElseThrow();
        assertThat(after.lowers()).isEqualTo(before.lowers());
        assertThat(after.readFile("/written").map(String::new)).contains("kept");
        assertThat(images.snapshots().list()).containsExactly("c1");
        assertThat(images.fsInfo().bytes()).isEqualTo(bytes);
        assertThat(count("tmp") + count("trash")).isZero();
        assertThat(count("layers")).isEqualTo(2);
        assertThat(count("content/blobs/sha256")).isEqualTo(4);
    }

    @Test
    void aSnapshotIsPreparedOncePerIdAndOnlyOfImagesThatAreHere() {
        ImageId id = pull("a:1");
        ImageId other = pull("a:2");

        Snapshot first = images.snapshots().prepare("c1", id);

        assertThat(images.snapshots().prepare("c1", id).upper()).isEqualTo(first.upper());
        assertThatThrownBy(() -> images.snapshots().prepare("c1", other))
                .isInstanceOfSatisfying(Fault.class, f -> assertThat(f.kind()).isEqualTo(FaultKind.ALREADY_EXISTS));
        assertThatThrownBy(() -> images.snapshots().prepare("c2", ImageId.parse("sha256:" + "0".repeat(64))))
                .isInstanceOfSatisfying(Fault.class, f -> assertThat(f.kind()).isEqualTo(FaultKind.NOT_FOUND));
        assertThatThrownBy(() -> images.snapshots().prepare("../c3", id)).hasMessageContaining("no id");
    }

    @Test
    void filesAreReadAsTheContainerSeesThem() throws Exception {
        Snapshot snapshot = images.snapshots().prepare("c1", pull("a:2"));
        Path secret = Files.writeString(root.resolve("secret"), "host");

        assertThat(snapshot.readFile("/etc/passwd").map(String::new)).contains("root");
        assertThat(snapshot.readFile("/etc/link").map(String::new)).contains("root");
        assertThat(snapshot.readFile("/etc/top").map(String::new)).contains("t");
        assertThat(snapshot.readFile("/etc/loop")).isEmpty();
        assertThat(snapshot.readFile("/etc")).isEmpty();
        assertThat(snapshot.readFile("/")).isEmpty();
        assertThat(snapshot.readFile("/etc/passwd/x")).isEmpty();
        Files.createDirectory(snapshot.upper().resolve("etc"));
        Files.writeString(snapshot.upper().resolve("etc/passwd"), "changed");
        Files.createSymbolicLink(snapshot.upper().resolve("out"), secret);
        Files.createSymbolicLink(snapshot.upper().resolve("dir"), root);
        assertThat(snapshot.readFile("/etc/passwd").map(String::new)).contains("changed");
        assertThat(snapshot.readFile("/etc/top").map(String::new)).contains("t");
        assertThat(snapshot.readFile("/out")).isEmpty();
        assertThat(snapshot.readFile("/dir/secret")).isEmpty();
    }

    @Test
    void foldersOfAnImageAreFoundInEveryLayerThatShows() throws Exception {
        Snapshot snapshot = images.snapshots().prepare("c1", pull("a:2"));
        List<Path> layers = snapshot.lowers();

        assertThat(snapshot.locate("")).isEqualTo(layers);
        assertThat(snapshot.locate("/")).isEqualTo(layers);
        assertThat(snapshot.locate("etc"))
                .isNotEmpty()
                .isEqualTo(layers.stream()
                        .map(layer -> layer.resolve("etc"))
                        .filter(Files::exists)
                        .toList());
        assertThat(snapshot.locate("etc/link"))
                .singleElement()
                .satisfies(file -> assertThat(file).hasFileName("passwd").exists());
        assertThat(images.snapshots().prepare("c2", pull("a:opaque")).locate("etc"))
                .singleElement()
                .satisfies(folder -> assertThat(folder.resolve("only")).exists());
        assertThat(snapshot.locate("etc/loop")).isEmpty();
        assertThat(snapshot.locate("none")).isEmpty();
        assertThat(snapshot.locate("etc/passwd/x")).isEmpty();
    }

    @Test
    void usageCountsWhatWasWrittenAndHardLinksOnce() throws Exception {
        Snapshot snapshot = images.snapshots().prepare("c1", pull("a:1"));
        SnapshotUsage empty = images.snapshots().usage("c1");
        Path file = Files.write(snapshot.upper().resolve("file"), new byte[100_000]);
        Files.createLink(snapshot.upper().resolve("again"), file);
        Files.createDirectories(snapshot.upper().resolve("d/e"));
        Files.createSymbolicLink(snapshot.upper().resolve("up"), root);

        SnapshotUsage usage = images.snapshots().usage("c1");

        assertThat(usage.inodes() - empty.inodes()).isEqualTo(4);
        assertThat(usage.bytes() - empty.bytes()).isBetween(100_000L, 130_000L);
        assertThatThrownBy(() -> images.snapshots().usage("none"))
                .isInstanceOfSatisfying(Fault.class, f -> assertThat(f.kind()).isEqualTo(FaultKind.NOT_FOUND));
    }

    @Test
    void aTreeDeeperThanPathsCanSayIsDeleted() throws Exception {
        Snapshot snapshot = images.snapshots().prepare("c1", pull("a:1"));
        Process deep = new ProcessBuilder(
                        "sh",
                        "-c",
                        "for i in $(seq 300); do mkdir 0123456789012345678901234567890123456789; cd 01*; done; touch end")
                .directory(snapshot.upper().toFile())
                .start();
        assertThat(deep.waitFor()).isZero();

        images.snapshots().remove("c1");
        images.awaitDeletions();

        assertThat(count("trash")).isZero();
    }

    @Test
    void theContentIsAnOciLayoutWithTheNames() throws Exception {
        pull("a:1");

        assertThat(Files.readString(root.resolve("content/oci-layout"))).contains("\"1.0.0\"");
        assertThat(Files.readString(root.resolve("content/index.json")))
                .contains(name("a:1"), FIRST.digest().toString());
        images.remove(name("a:1"));
        assertThat(Files.readString(root.resolve("content/index.json"))).doesNotContain(name("a:1"));
    }
}
