package io.windlass.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageId;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.testing.FakeRegistry;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.TarBuilder;
import io.windlass.image.verify.Damage;
import io.windlass.image.verify.StoreReport;
import io.windlass.image.verify.VerifyOptions;
import io.windlass.linux.Kernel;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@RequiresRoot
@Timeout(60)
class VerifyImagesIT {
    private static final byte[] BASE = new TarBuilder()
            .mode(0755)
            .directory("./")
            .mode(01777)
            .directory("tmp")
            .mode(0755)
            .directory("etc")
            .mode(0644)
            .file("etc/passwd", "root")
            .hardLink("etc/again", "etc/passwd")
            .symbolicLink("etc/link", "passwd")
            .pax("SCHILY.xattr.user.kept", "v")
            .file("etc/attributed", "a")
            .file("etc/replaced", "first")
            .file("etc/replaced", "second")
            .file("etc/.wh.gone", "")
            .device("etc/null", '3', 1, 3)
            .build();
    /** Without a member for /tmp, so that it is unpacked once more above the base. */
    private static final byte[] TOP = new TarBuilder().file("tmp/x", "top").build();

    private static final ImageBuilder.Built IMAGE =
            new ImageBuilder().gzipLayer(BASE).zstdLayer(TOP).build();
    private static final Digest BASE_BLOB = Digest.sha256(ImageBuilder.gzip(BASE));
    private static final Digest BASE_KEY = Digest.sha256(BASE);

    @TempDir
    private Path root;

    private final FakeRegistry registry = new FakeRegistry();
    private ImageService images;
    private ImageId id;

    @BeforeEach
    void pullOne() {
        registry.addManifest(
                "a/b",
                "v1",
                "application/vnd.oci.image.index.v1+json",
                ImageBuilder.index(Map.of("linux/" + ImageBuilder.architecture(), IMAGE)));
        registry.add("a/b", "one", IMAGE);
        images = ImageService.open(root, ImageConfig.DEFAULT, new Kernel());
        id = pull("a/b:v1");
    }

    @AfterEach
    void close() {
        images.close();
        registry.close();
    }

    private ImageId pull(String name) {
        return images.pull(ImageReference.parse(registry.host() + "/" + name), RegistryAuth.ANONYMOUS);
    }

    private Path blob(Digest digest) {
        return root.resolve("content/blobs/sha256").resolve(digest.hex());
    }

    private Path tree(Digest key) {
        return root.resolve("layers").resolve(key.hex()).resolve("fs");
    }

    private Damage onlyDamage() {
        return assertThat(images.verify(VerifyOptions.LOOK).damages())
                .singleElement()
                .actual();
    }

    private void assertRepairs() throws Exception {
        StoreReport repaired = images.verify(VerifyOptions.REPAIR);
        assertThat(repaired.isClean()).isFalse();
        assertThat(repaired.isWhole()).as("%s", repaired.damages()).isTrue();
        assertClean();
    }

    private void assertClean() throws Exception {
        assertThat(images.verify(VerifyOptions.LOOK).damages()).isEmpty();
        images.awaitDeletions();
        assertThat(entries("tmp") + entries("trash")).isZero();
    }

    @Test
    void aStoreThatIsRightIsClean() throws Exception {
        StoreReport report = images.verify(VerifyOptions.LOOK);

        assertThat(report.damages()).isEmpty();
        assertThat(report.isWhole()).isTrue();
        assertThat(report.blobs()).isEqualTo(5);
        assertThat(report.layers()).isEqualTo(2);
        assertThat(report.layersCompared()).isEqualTo(2);
        assertThat(report.notKept()).isEmpty();
        assertThat(report.bytes())
                .isEqualTo(images.verify(VerifyOptions.REPAIR).bytes())
                .isPositive();
        assertClean();
    }

    @ParameterizedTest
    @ValueSource(strings = {"index", "manifest", "config", "layer"})
    void eachBlobThatIsChangedIsFetchedAgainAndNothingElseIs(String which) throws Exception {
        Digest digest = switch (which) {
            case "index" -> Digest.sha256(ImageBuilder.index(Map.of("linux/" + ImageBuilder.architecture(), IMAGE)));
            case "manifest" -> IMAGE.digest();
            case "config" -> IMAGE.config();
            default -> BASE_BLOB;
        };
        byte[] content = Files.readAllBytes(blob(digest));
        content[content.length / 2] ^= 1;
        Files.write(blob(digest), content);

        Damage damage = onlyDamage();

        assertThat(damage.subject()).isEqualTo(Damage.Subject.BLOB);
        assertThat(damage.kind()).isEqualTo(Damage.Kind.CHANGED);
        assertThat(damage.name()).isEqualTo(digest.toString());
        assertThat(damage.images()).contains(registry.host() + "/a/b:v1");
        assertThat(damage.repair()).isEqualTo(Damage.Repair.NOT_ASKED);
        int before = registry.requests().size();
        assertRepairs();
        assertThat(registry.requests()).hasSize(before + 1);
        assertThat(Digest.sha256(Files.readAllBytes(blob(digest)))).isEqualTo(digest);
    }

    @Test
    void missingAndTruncatedBlobsAreToldApart() throws Exception {
        Files.delete(blob(IMAGE.digest()));
        Files.write(blob(BASE_BLOB), Arrays.copyOf(Files.readAllBytes(blob(BASE_BLOB)), 10));

        assertThat(images.verify(VerifyOptions.LOOK).damages())
                .extracting(Damage::kind, Damage::name)
                .containsExactlyInAnyOrder(
                        tuple(Damage.Kind.MISSING, IMAGE.digest().toString()),
                        tuple(Damage.Kind.TRUNCATED, BASE_BLOB.toString()));
        assertRepairs();
    }

    @Test
    void aBlobThatNobodyHasAnyMoreIsToldAndTriedAgainNextTime() throws Exception {
        Files.write(blob(BASE_BLOB), new byte[10]);
        registry.behave(exchange -> {
            FakeRegistry.answer(exchange, 404, "");
            return true;
        });

        StoreReport report = images.verify(VerifyOptions.REPAIR);

        assertThat(report.isWhole()).isFalse();
        assertThat(report.damages()).singleElement().satisfies(damage -> {
            assertThat(damage.repair()).isEqualTo(Damage.Repair.FAILED);
            assertThat(damage.repairDetail()).contains("answered 404");
        });
        assertThat(blob(BASE_BLOB)).doesNotExist();
        assertThat(onlyDamage().kind()).isEqualTo(Damage.Kind.MISSING);
        registry.behave(exchange -> false);
        assertRepairs();
    }

    @Test
    void eachChangeOfALayersFilesIsFound() throws Exception {
        Path tree = tree(BASE_KEY);
        Path file = tree.resolve("etc/passwd");
        FileTime time = Files.getLastModifiedTime(file);

        Files.writeString(file, "ROOT");
        Files.setLastModifiedTime(file, time);
        assertLayerDamage("'etc/again' has other content");
        Files.writeString(tree.resolve("etc/more"), "");
        assertLayerDamage("'etc/more' is not of its archive");
        Files.delete(tree.resolve("etc/link"));
        assertLayerDamage("'etc/link' is missing");
        Files.setAttribute(tree.resolve("etc/replaced"), "unix:mode", 0600);
        assertLayerDamage("'etc/replaced' has the type and mode 100600, not 100644");
        Files.setAttribute(tree.resolve("etc/null"), "unix:uid", 7);
        assertLayerDamage("'etc/null' belongs to 7:0, not 0:0");
        Files.setAttribute(tree.resolve("etc/attributed"), "user:more", new byte[] {1});
        assertLayerDamage("'etc/attributed' has other extended attributes");
        Files.delete(tree.resolve("etc/link"));
        Files.createSymbolicLink(tree.resolve("etc/link"), Path.of("shadow"));
        assertLayerDamage("'etc/link' was modified at");
        Files.setAttribute(tree, "unix:mode", 0700);
        assertLayerDamage("'/' has the type and mode 40700, not 40755");
    }

    /** Looks, and puts it right for the next case, from the archive that is here. */
    private void assertLayerDamage(String detail) throws Exception {
        Damage damage = onlyDamage();
        assertThat(damage.subject()).isEqualTo(Damage.Subject.LAYER);
        assertThat(damage.kind()).isEqualTo(Damage.Kind.CHANGED);
        assertThat(damage.name()).isEqualTo(BASE_KEY.toString());
        assertThat(damage.detail()).startsWith(detail);
        int before = registry.requests().size();
        assertRepairs();
        assertThat(registry.requests()).hasSize(before);
    }

    @Test
    void layersThatAreGoneWithTheirArchivesAreMadeAgain() throws Exception {
        images.close();
        try (Stream<Path> layers = Files.list(root.resolve("layers"))) {
            for (Path layer : layers.toList()) {
                Files.move(layer, root.resolve("trash").resolve(layer.getFileName()));
            }
        }
        Files.delete(blob(BASE_BLOB));
        images = ImageService.open(root, ImageConfig.DEFAULT, new Kernel());

        assertThat(images.verify(VerifyOptions.LOOK).damages())
                .extracting(Damage::subject)
                .containsExactlyInAnyOrder(Damage.Subject.BLOB, Damage.Subject.LAYER, Damage.Subject.LAYER);
        assertRepairs();
        assertThat(images.snapshots().prepare("c1", id).readFile("/tmp/x").map(String::new))
                .contains("top");
    }

    @Test
    void aLayerThatAContainerStandsOnIsNotTakenAway() throws Exception {
        images.snapshots().prepare("c1", id);
        Files.writeString(tree(BASE_KEY).resolve("etc/more"), "");

        assertThat(images.verify(VerifyOptions.REPAIR).damages())
                .singleElement()
                .satisfies(damage -> {
                    assertThat(damage.repair()).isEqualTo(Damage.Repair.FAILED);
                    assertThat(damage.repairDetail()).contains("containers stand on it: remove c1");
                });
        assertThat(tree(BASE_KEY).resolve("etc/more")).exists();
        images.snapshots().remove("c1");
        assertRepairs();
    }

    @Test
    void filesThatNothingTellsOfAreFoundAndRemoved() throws Exception {
        Files.writeString(root.resolve("content/blobs/sha256/" + "0".repeat(64)), "x");
        Files.createDirectories(root.resolve("layers/" + "0".repeat(64) + "/fs"));
        Files.createDirectories(root.resolve("snapshots/nobody/upper"));
        Files.writeString(root.resolve("tmp/blob-1"), "x");

        assertThat(images.verify(VerifyOptions.LOOK).damages())
                .allSatisfy(damage -> assertThat(damage.kind()).isEqualTo(Damage.Kind.ORPHAN))
                .extracting(Damage::name)
                .containsExactlyInAnyOrder(
                        "content/blobs/sha256/" + "0".repeat(64),
                        "layers/" + "0".repeat(64),
                        "snapshots/nobody",
                        "tmp/blob-1");
        assertRepairs();
    }

    @Test
    void whatAPullIsBringingIsNoOrphan() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        byte[] other = new TarBuilder().file("other", "o").build();
        ImageBuilder.Built second =
                new ImageBuilder().gzipLayer(BASE).gzipLayer(other).build();
        registry.add("a/b", "v2", second);
        Set<String> held = Set.of("/v2/a/b/blobs/" + Digest.sha256(ImageBuilder.gzip(other)));
        registry.behave(exchange -> {
            if (held.contains(exchange.getRequestURI().getPath())) {
                asked.countDown();
                await(release);
            }
            return false;
        });
        Thread pull = Thread.ofPlatform().start(() -> pull("a/b:v2"));
        asked.await();

        assertThat(images.verify(VerifyOptions.REPAIR).damages()).isEmpty();

        release.countDown();
        pull.join();
        assertThat(images.find(registry.host() + "/a/b:v2")).isPresent();
        assertClean();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anImageThatIsRemovedMeanwhileLeavesNothing() throws Exception {
        Thread remover = Thread.ofPlatform().start(() -> images.remove(id.toString()));
        StoreReport report = images.verify(VerifyOptions.REPAIR);
        remover.join();

        assertThat(report.isWhole()).as("%s", report.damages()).isTrue();
        images.awaitDeletions();
        assertThat(images.fsInfo().bytes()).isZero();
        assertThat(entries("layers") + entries("content/blobs/sha256")).isZero();
    }

    private long entries(String folder) throws IOException {
        try (Stream<Path> entries = Files.list(root.resolve(folder))) {
            return entries.count();
        }
    }
}
