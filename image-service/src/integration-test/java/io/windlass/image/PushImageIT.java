package io.windlass.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.reference.ImageId;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.testing.DockerRegistry;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.Pusher;
import io.windlass.image.testing.TarBuilder;
import io.windlass.image.testing.TestCertificates;
import io.windlass.image.testing.TokenServer;
import io.windlass.linux.Kernel;
import io.windlass.testkit.RequiresRoot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresRoot
class PushImageIT {
    private static final Path SKOPEO = Path.of("/usr/bin/skopeo");

    @TempDir
    private static Path registryFolder;

    @TempDir
    private static Path otherFolder;

    private static DockerRegistry registry;
    private static DockerRegistry other;
    private static Pusher pusher;

    @TempDir
    private Path root;

    @TempDir
    private Path scratch;

    private ImageService images;

    @BeforeAll
    static void startRegistries() throws Exception {
        registry = DockerRegistry.start(registryFolder);
        other = DockerRegistry.start(otherFolder);
        pusher = new Pusher(registry.url());
    }

    @AfterAll
    static void stopRegistries() {
        if (registry != null) {
            registry.close();
        }
        if (other != null) {
            other.close();
        }
    }

    @BeforeEach
    void open() {
        images = ImageService.open(root, ImageConfig.DEFAULT, new Kernel());
    }

    @AfterEach
    void close() {
        images.close();
    }

    private ImageId pull(String name) {
        return images.pull(ImageReference.parse(name), RegistryAuth.ANONYMOUS);
    }

    private static ImageBuilder.Built twoLayers(String content) {
        return new ImageBuilder()
                .config("{\"Cmd\":[\"/bin/x\"]}")
                .gzipLayer(
                        new TarBuilder().directory("bin").file("bin/x", content).build())
                .zstdLayer(new TarBuilder().file("above", content).build())
                .build();
    }

    private static String source(String repository) {
        return registry.host() + "/" + repository;
    }

    @Test
    void what_was_pushed_is_pulled_again_by_the_same_digest() {
        pusher.push("push/source", "v1", twoLayers("a"));
        ImageId id = pull(source("push/source:v1"));

        Pushed pushed = images.push(
                source("push/source:v1"), Optional.of(other.host() + "/deep/er/name:v2"), RegistryAuth.ANONYMOUS);

        assertThat(pushed.uploaded()).isEqualTo(3);
        assertThat(pushed.mounted()).isZero();
        images.remove(id.toString());
        assertThat(pull(other.host() + "/deep/er/name:v2")).isEqualTo(id);
        assertThat(images.find(id.toString()).orElseThrow().repoDigests())
                .containsExactly(other.host() + "/deep/er/name@" + pushed.digest());
    }

    @Test
    void a_registry_takes_layers_over_from_its_other_repository_and_asks_for_nothing_that_it_has() {
        pusher.push("push/mount", "v1", twoLayers("b"));
        pull(source("push/mount:v1"));
        Optional<String> destination = Optional.of(source("push/mounted:v1"));

        Pushed first = images.push(source("push/mount:v1"), destination, RegistryAuth.ANONYMOUS);
        Pushed again = images.push(source("push/mount:v1"), destination, RegistryAuth.ANONYMOUS);

        assertThat(first.mounted()).isEqualTo(3);
        assertThat(first.bytes()).isZero();
        assertThat(again.present()).isEqualTo(3);
    }

    @Test
    void of_an_index_whose_other_images_are_elsewhere_this_nodes_is_pushed() {
        ImageBuilder.Built own = twoLayers("c");
        ImageBuilder.Built foreign = new ImageBuilder()
                .platform("linux", "riscv64")
                .gzipLayer(new TarBuilder().file("f", "1").build())
                .build();
        pusher.push("push/index", "own", own);
        pusher.push("push/index", "foreign", foreign);
        Map<String, ImageBuilder.Built> both = new LinkedHashMap<>();
        both.put("linux/riscv64", foreign);
        both.put("linux/" + ImageBuilder.architecture(), own);
        pusher.manifest("push/index", "v1", "application/vnd.oci.image.index.v1+json", ImageBuilder.index(both));
        pull(source("push/index:v1"));

        Pushed pushed =
                images.push(source("push/index:v1"), Optional.of(other.host() + "/index:v1"), RegistryAuth.ANONYMOUS);

        assertThat(pushed.digest()).isEqualTo(own.digest());
        assertThat(pushed.leftOut()).isEqualTo(1);
    }

    @Test
    void a_layer_that_is_not_here_is_told_with_what_to_do() throws Exception {
        ImageBuilder.Built image = twoLayers("d");
        pusher.push("push/lost", "v1", image);
        pull(source("push/lost:v1"));
        for (var digest : image.blobs().keySet()) {
            if (!digest.equals(image.config())) {
                Files.delete(root.resolve("content/blobs/sha256").resolve(digest.hex()));
            }
        }

        assertThatThrownBy(() -> images.push(
                        source("push/lost:v1"), Optional.of(other.host() + "/lost:v1"), RegistryAuth.ANONYMOUS))
                .isInstanceOf(Fault.class)
                .hasMessageContaining("is not here in packed form: set keep_blobs = true in [image]");
    }

    @Test
    void an_unknown_image_and_an_id_without_destination_are_refused_with_what_to_do() {
        pusher.push("push/byid", "v1", twoLayers("e"));
        ImageId id = pull(source("push/byid:v1"));

        assertThatThrownBy(() -> images.push("nothing:here", Optional.empty(), RegistryAuth.ANONYMOUS))
                .hasMessageContaining("windlass images ls");
        assertThatThrownBy(() -> images.push(id.toString(), Optional.empty(), RegistryAuth.ANONYMOUS))
                .hasMessageContaining("--to");
    }

    @Test
    void a_registry_that_wants_tokens_gets_them_for_what_is_done_also_for_taking_layers_over() throws Exception {
        pusher.push("push/tokens", "v1", twoLayers("t"));
        ImageId id = pull(source("push/tokens:v1"));
        RegistryAuth me = RegistryAuth.basic(TokenServer.USER, TokenServer.PASSWORD);
        Path data = Files.createDirectory(scratch.resolve("registry"));
        try (TokenServer tokens =
                        new TokenServer(TestCertificates.make(Files.createDirectory(scratch.resolve("tls"))));
                DockerRegistry closed = DockerRegistry.start(data, "", tokens.settings())) {
            String first = closed.host() + "/first:v1";
            assertThatThrownBy(() -> images.push(source("push/tokens:v1"), Optional.of(first), RegistryAuth.ANONYMOUS))
                    .isInstanceOfSatisfying(
                            Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.UNAUTHENTICATED));

            images.push(source("push/tokens:v1"), Optional.of(first), me);
            images.remove(id.toString());
            images.pull(ImageReference.parse(first), me);
            Pushed second = images.push(first, Optional.of(closed.host() + "/second:v1"), me);

            assertThat(second.mounted()).isEqualTo(3);
        }
    }

    @Test
    void skopeo_copies_what_was_pushed_and_what_was_saved() throws Exception {
        assumeTrue(Files.isExecutable(SKOPEO), SKOPEO + " is missing: install the Debian package skopeo");
        pusher.push("push/skopeo", "v1", twoLayers("f"));
        pull(source("push/skopeo:v1"));
        images.push(source("push/skopeo:v1"), Optional.of(other.host() + "/skopeo:v1"), RegistryAuth.ANONYMOUS);
        Path archive = scratch.resolve("saved.tar");
        try (OutputStream out = Files.newOutputStream(archive)) {
            images.save(List.of(source("push/skopeo:v1")), out);
        }

        skopeo(
                "copy",
                "--src-tls-verify=false",
                "docker://" + other.host() + "/skopeo:v1",
                "dir:" + scratch.resolve("a"));
        skopeo("copy", "oci-archive:" + archive + ":v1", "dir:" + scratch.resolve("b"));
        skopeo("copy", "docker-archive:" + archive, "dir:" + scratch.resolve("c"));

        assertThat(scratch.resolve("a/manifest.json")).hasSameBinaryContentAs(scratch.resolve("b/manifest.json"));
        assertThat(scratch.resolve("c/manifest.json")).exists();
    }

    @Test
    void what_skopeo_writes_is_loaded() throws Exception {
        assumeTrue(Files.isExecutable(SKOPEO), SKOPEO + " is missing: install the Debian package skopeo");
        // Docker's archives hold uncompressed layers of gzip ones; zstd is not what skopeo of Debian inflates.
        ImageBuilder.Built image = new ImageBuilder()
                .gzipLayer(new TarBuilder().file("g", "1").build())
                .gzipLayer(new TarBuilder().file("h", "2").build())
                .build();
        pusher.push("push/written", "v1", image);
        Path oci = scratch.resolve("oci.tar");
        Path docker = scratch.resolve("docker.tar");
        String from = "docker://" + source("push/written:v1");
        skopeo("copy", "--src-tls-verify=false", from, "oci-archive:" + oci + ":example.org/oci:v1");
        skopeo("copy", "--src-tls-verify=false", from, "docker-archive:" + docker + ":example.org/docker:v1");

        assertThat(load(Files.readAllBytes(oci)).getFirst().names()).contains("example.org/oci:v1");
        assertThat(load(Files.readAllBytes(docker)).getFirst().names()).contains("example.org/docker:v1");
        assertThat(load(ImageBuilder.gzip(Files.readAllBytes(oci)))
                        .getFirst()
                        .id()
                        .config())
                .isEqualTo(image.config());
    }

    @Test
    void what_was_saved_is_loaded_with_its_names_and_layers_on_a_node_without_a_registry() throws Exception {
        pusher.push("push/saved", "v1", twoLayers("i"));
        pusher.push("push/saved", "v2", twoLayers("j"));
        ImageId first = pull(source("push/saved:v1"));
        ImageId second = pull(source("push/saved:v2"));
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        images.save(List.of(source("push/saved:v1"), source("push/saved:v2")), archive);
        images.remove(first.toString());
        images.remove(second.toString());

        List<LoadedImage> loaded = load(archive.toByteArray());

        assertThat(loaded).extracting(LoadedImage::id).containsExactly(first, second);
        assertThat(images.find(source("push/saved:v2")).orElseThrow().id()).isEqualTo(second);
        assertThat(images.snapshots().prepare("c1", first).readFile("/bin/x").map(PushImageIT::text))
                .contains("i");
        ByteArrayOutputStream again = new ByteArrayOutputStream();
        images.save(List.of(source("push/saved:v1"), source("push/saved:v2")), again);
        assertThat(again.toByteArray()).isEqualTo(archive.toByteArray());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private List<LoadedImage> load(byte[] archive) {
        return images.load(new ByteArrayInputStream(archive));
    }

    private static void skopeo(String... arguments) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of(SKOPEO.toString(), "--insecure-policy"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = text(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
    }
}
