package io.windlass.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.image.reference.ImageId;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.snapshot.Snapshot;
import io.windlass.image.testing.DockerRegistry;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.Pusher;
import io.windlass.image.testing.TarBuilder;
import io.windlass.linux.Kernel;
import io.windlass.testkit.RequiresRoot;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresRoot
class PullFromRegistryIT {
    @TempDir
    private static Path registryFolder;

    private static DockerRegistry registry;
    private static Pusher pusher;

    @TempDir
    private Path root;

    private ImageService images;

    @BeforeAll
    static void startRegistry() throws Exception {
        registry = DockerRegistry.start(registryFolder);
        pusher = new Pusher(registry.url());
    }

    @AfterAll
    static void stopRegistry() {
        if (registry != null) {
            registry.close();
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
        return images.pull(reference(name), RegistryAuth.ANONYMOUS);
    }

    private static ImageReference reference(String name) {
        return ImageReference.parse(registry.host() + "/" + name);
    }

    @Test
    void anImageOfGzipZstdAndPlainLayersBecomesARootFilesystem() throws Exception {
        ImageBuilder.Built image = new ImageBuilder()
                .config("{\"User\":\"1000\",\"Env\":[\"A=b\"]}")
                .gzipLayer(new TarBuilder()
                        .directory("etc")
                        .file("etc/passwd", "root:x:0:0")
                        .build())
                .zstdLayer(new TarBuilder()
                        .directory("etc")
                        .file("etc/group", "root:x:0")
                        .build())
                .plainLayer(new TarBuilder()
                        .directory("etc")
                        .file("etc/.wh.passwd", "")
                        .file("a", "1")
                        .build())
                .build();
        pusher.push("test/layers", "v1", image);

        ImageId id = pull("test/layers:v1");

        Image pulled = images.find(id.toString()).orElseThrow();
        assertThat(pulled.repoTags()).containsExactly(registry.host() + "/test/layers:v1");
        assertThat(pulled.repoDigests()).containsExactly(registry.host() + "/test/layers@" + image.digest());
        assertThat(pulled.config().user()).isEqualTo("1000");
        Snapshot snapshot = images.snapshots().prepare("c1", id);
        assertThat(snapshot.lowers()).hasSize(3);
        assertThat(snapshot.readFile("/etc/group").map(String::new)).contains("root:x:0");
        assertThat(snapshot.readFile("/etc/passwd")).isEmpty();
        assertThat(Files.readString(snapshot.lowers().getFirst().resolve("a"), StandardCharsets.UTF_8))
                .isEqualTo("1");
    }

    @Test
    void anIndexThatListsArmFirstGivesTheImageForThisMachine() {
        byte[] tar = new TarBuilder().file("here", "yes").build();
        ImageBuilder.Built other =
                new ImageBuilder().platform("linux", "riscv64").gzipLayer(tar).build();
        ImageBuilder.Built own = new ImageBuilder().gzipLayer(tar).build();
        pusher.push("test/multi", "other", other);
        pusher.push("test/multi", "own", own);
        Map<String, ImageBuilder.Built> both = new LinkedHashMap<>();
        both.put("linux/riscv64", other);
        both.put("linux/" + ImageBuilder.architecture(), own);
        pusher.manifest("test/multi", "v1", "application/vnd.oci.image.index.v1+json", ImageBuilder.index(both));

        assertThat(pull("test/multi:v1").config()).isEqualTo(own.config());
    }

    /** Overlay itself, in a mount namespace of its own, is the judge of whiteouts, opaque directories and shared layers. */
    @Test
    void theKernelSeesTheLayersAsTheImageMeansThem() throws Exception {
        pusher.push(
                "test/overlay",
                "v1",
                new ImageBuilder()
                        .docker()
                        .gzipLayer(new TarBuilder()
                                .mode(0755)
                                .directory("gone")
                                .file("gone/a", "1")
                                .directory("opaque")
                                .file("opaque/below", "2")
                                .mode(01777)
                                .directory("tmp")
                                .mode(0644)
                                .file("kept", "3")
                                .build())
                        .gzipLayer(new TarBuilder()
                                .mode(0755)
                                .directory("opaque")
                                .file("opaque/.wh..wh..opq", "")
                                .file("opaque/above", "4")
                                .file(".wh.gone", "")
                                .file("tmp/x", "5")
                                .build())
                        .build());
        Snapshot snapshot = images.snapshots().prepare("c1", pull("test/overlay:v1"));
        String lowers = snapshot.lowers().stream().map(Path::toString).collect(Collectors.joining(":"));
        Path target = Files.createDirectory(root.resolve("target"));

        Process look = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "sh",
                        "-ec",
                        "mount -t overlay overlay -o lowerdir=%s,upperdir=%s,workdir=%s %s; cd %s; find . | sort; stat -c %%a tmp"
                                .formatted(lowers, snapshot.upper(), snapshot.work(), target, target))
                .redirectErrorStream(true)
                .start();

        assertThat(new String(look.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
                .containsExactly(".", "./kept", "./opaque", "./opaque/above", "./tmp", "./tmp/x", "1777");
        assertThat(look.waitFor()).isZero();
    }
}
