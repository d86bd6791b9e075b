package io.windlass.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.hosts.RegistrySources;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageId;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.DownloadLimits;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.testing.DockerRegistry;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.Pusher;
import io.windlass.image.testing.TarBuilder;
import io.windlass.image.verify.Damage;
import io.windlass.image.verify.StoreReport;
import io.windlass.image.verify.VerifyOptions;
import io.windlass.linux.Kernel;
import io.windlass.testkit.RequiresRoot;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store that keeps layers in their unpacked form only. */
@RequiresRoot
@Timeout(60)
class KeepBlobsIT {
    private static final byte[] BASE =
            new TarBuilder().mode(01777).directory("tmp").build();
    private static final byte[] TOP = new TarBuilder().file("tmp/x", "x").build();
    private static final ImageBuilder.Built IMAGE =
            new ImageBuilder().gzipLayer(BASE).zstdLayer(TOP).build();
    private static final Digest BASE_BLOB = Digest.sha256(ImageBuilder.gzip(BASE));

    private static final NewImage PLAIN = new NewImage(List.of(), "", "");

    @TempDir
    private static Path registryFolder;

    @TempDir
    private static Path otherFolder;

    private static DockerRegistry registry;
    private static DockerRegistry other;

    @TempDir
    private Path root;

    private ImageService images;

    @BeforeAll
    static void startRegistries() throws Exception {
        registry = DockerRegistry.start(registryFolder);
        other = DockerRegistry.start(otherFolder);
        new Pusher(registry.url()).push("team/app", "v1", IMAGE);
    }

    @AfterAll
    static void stopRegistries() {
        Stream.of(registry, other).filter(started -> started != null).forEach(DockerRegistry::close);
    }

    @BeforeEach
    void open() {
        open(ImageConfig.DEFAULT.keepingBlobs(false));
    }

    private void open(ImageConfig config) {
        images = ImageService.open(root, config, new Kernel());
    }

    @AfterEach
    void close() {
        images.close();
    }

    private static String name(DockerRegistry where, String name) {
        return where.host() + "/" + name;
    }

    private ImageId pull() {
        return images.pull(ImageReference.parse(name(registry, "team/app:v1")), RegistryAuth.ANONYMOUS);
    }

    private static void assertRefused(Runnable action) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.FAILED_PRECONDITION))
                .hasMessageContaining("layer " + BASE_BLOB)
                .hasMessageContaining("set keep_blobs = true in [image]");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 16})
    void onlyDocumentsStayAndTheImageIsWhole(long partsFrom) throws Exception {
        images.close();
        open(ImageConfig.DEFAULT
                .with(RegistrySources.NONE, Optional.empty(), new DownloadLimits(8, 8, partsFrom, 16, 4))
                .keepingBlobs(false));

        ImageId id = pull();

        try (Stream<Path> blobs = Files.list(root.resolve("content/blobs/sha256"))) {
            assertThat(blobs.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            IMAGE.digest().hex(), IMAGE.config().hex());
        }
        assertThat(images.snapshots().prepare("c1", id).readFile("/tmp/x").map(String::new))
                .contains("x");
        StoreReport report = images.verify(VerifyOptions.LOOK);
        assertThat(report.damages()).isEmpty();
        assertThat(report.notKept()).contains(BASE_BLOB).hasSize(2);
        assertThat(report.layersCompared()).isZero();
        images.awaitDeletions();
        assertThat(root.resolve("tmp")).isEmptyDirectory();
    }

    @Test
    void whatNeedsPackedLayersIsRefusedWithWhatToDo() {
        ImageId id = pull();
        images.snapshots().prepare("c1", id);

        assertRefused(() -> images.save(List.of(id.toString()), OutputStream.nullOutputStream()));
        assertRefused(() -> images.commit("c1", name(registry, "team/made:v1"), PLAIN, Standstill.NONE));
        assertRefused(
                () -> images.push(id.toString(), Optional.of(name(other, "team/app:v1")), RegistryAuth.ANONYMOUS));
    }

    @Test
    void anImageIsPushedWhereItsLayersAreAlready() {
        ImageId id = pull();

        Pushed pushed =
                images.push(id.toString(), Optional.of(name(registry, "elsewhere/app:v2")), RegistryAuth.ANONYMOUS);

        assertThat(pushed.mounted()).isEqualTo(3);
        assertThat(pushed.uploaded()).isZero();
        assertThat(images.pull(ImageReference.parse(name(registry, "elsewhere/app:v2")), RegistryAuth.ANONYMOUS))
                .isEqualTo(id);
    }

    @Test
    void anUnpackedLayerThatIsLostIsFetchedAgain() throws Exception {
        pull();
        Path tree = root.resolve("layers").resolve(Digest.sha256(BASE).hex());
        Files.delete(tree.resolve("fs/tmp"));
        Files.delete(tree.resolve("fs"));

        assertThat(images.verify(VerifyOptions.REPAIR).damages())
                .singleElement()
                .extracting(Damage::repair)
                .isEqualTo(Damage.Repair.DONE);
        assertThat(tree.resolve("fs/tmp")).isDirectory();
        assertThat(images.verify(VerifyOptions.LOOK).isClean()).isTrue();
    }

    @Test
    void anImageThatNoRegistryHasKeepsItsLayers() throws Exception {
        ImageId id = images.importRoot(new ByteArrayInputStream(TOP), name(other, "team/imported:v1"), PLAIN);

        assertThat(images.verify(VerifyOptions.LOOK).notKept()).isEmpty();
        assertThat(images.push(id.toString(), Optional.of(name(other, "team/imported:v1")), RegistryAuth.ANONYMOUS)
                        .uploaded())
                .isEqualTo(2);
    }

    @Test
    void packedLayersComeBackWithTheSettingOnceTheImageIsPulledAnew() {
        pull();
        images.close();
        open(ImageConfig.DEFAULT);
        images.remove(name(registry, "team/app:v1"));

        ImageId id = pull();

        images.save(List.of(id.toString()), OutputStream.nullOutputStream());
        assertThat(images.verify(VerifyOptions.LOOK).notKept()).isEmpty();
    }
}
