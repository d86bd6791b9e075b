package io.windlass.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.image.reference.ImageId;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.snapshot.Snapshot;
import io.windlass.image.testing.DockerRegistry;
import io.windlass.image.testing.HardTree;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.Pusher;
import io.windlass.image.testing.TarBuilder;
import io.windlass.image.unpack.ContainerChanges.Change;
import io.windlass.linux.Kernel;
import io.windlass.testkit.RequiresRoot;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A container's files on their way into an image, through a registry and back. The kernel's own overlay makes and judges them. */
@RequiresRoot
class CommitIT {
    private static final NewImage PLAIN = new NewImage(List.of(), "", "");

    @TempDir
    private static Path registryFolder;

    private static DockerRegistry registry;

    @TempDir
    private Path root;

    @TempDir
    private Path otherRoot;

    private ImageService images;

    @BeforeAll
    static void startRegistry() throws Exception {
        registry = DockerRegistry.start(registryFolder);
        Pusher pusher = new Pusher(registry.url());
        pusher.push("commit/base", "v1", base().build());
        pusher.push("commit/docker", "v1", base().docker().build());
    }

    private static ImageBuilder base() {
        return new ImageBuilder()
                .config("{\"Env\":[\"A=1\",\"B=2\"],\"Cmd\":[\"old\"]}")
                .gzipLayer(new TarBuilder()
                        .mode(0755)
                        .directory("etc")
                        .directory("gone")
                        .directory("replaced")
                        .mode(0644)
                        .file("etc/kept", "kept")
                        .file("etc/changed", "before")
                        .file("etc/removed", "x")
                        .file("gone/a", "x")
                        .file("replaced/old", "x")
                        .build());
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

    private static String name(String path) {
        return registry.host() + "/" + path;
    }

    private static ImageId pull(ImageService where, String path) {
        return where.pull(ImageReference.parse(name(path)), RegistryAuth.ANONYMOUS);
    }

    /** Runs a script in a snapshot's root, mounted in a namespace of its own. */
    private static String inside(Path scratch, Snapshot snapshot, String script) throws Exception {
        String lowers = snapshot.lowers().stream().map(Path::toString).collect(Collectors.joining(":"));
        Path target = Files.createDirectories(scratch.resolve("target"));
        Process process = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "bash",
                        "-ec",
                        "mount -t overlay overlay -o lowerdir=%s,upperdir=%s,workdir=%s %s; cd %s; %s"
                                .formatted(lowers, snapshot.upper(), snapshot.work(), target, target, script))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    void everything_about_files_survives_commit_push_and_pull() throws Exception {
        Snapshot snapshot = images.snapshots().prepare("c1", pull(images, "commit/base:v1"));
        String look = HardTree.LOOK + HardTree.LOOK_AT_BLOCKS;
        String before = inside(
                root, snapshot, """
                rm etc/removed; rm -r gone; rm -r replaced; mkdir replaced; echo new > replaced/new
                echo after > etc/changed
                """ + HardTree.MAKE + "touch -d '2002-02-02 02:02:02.5 UTC' etc replaced\n" + look);

        ImageId id = images.commit("c1", name("commit/made:v1"), PLAIN, Standstill.NONE);
        images.push(name("commit/made:v1"), Optional.empty(), RegistryAuth.ANONYMOUS);

        try (ImageService other = ImageService.open(otherRoot, ImageConfig.DEFAULT, new Kernel())) {
            assertThat(pull(other, "commit/made:v1")).isEqualTo(id);
            String after = inside(otherRoot, other.snapshots().prepare("c2", id), look);
            assertThat(after)
                    .contains("security.capability", "same file True", "sparse True", "6755", "70000:4000000000");
            assertThat(after).isEqualTo(before).doesNotContain("removed", "./gone", "replaced/old");
        }
    }

    @Test
    void changes_are_told_as_added_changed_and_deleted() throws Exception {
        Snapshot snapshot = images.snapshots().prepare("c1", pull(images, "commit/base:v1"));
        inside(
                root,
                snapshot,
                "rm etc/removed; echo y > etc/changed; rm -r gone; rm -r replaced; mkdir replaced; echo > replaced/new; mkdir a; echo > a/b");
        List<String> told = new ArrayList<>();

        snapshot.changes((Change change) -> told.add(change.kind() + " " + change.path()));

        assertThat(told)
                .containsExactly(
                        "ADDED /a",
                        "ADDED /a/b",
                        "CHANGED /etc",
                        "CHANGED /etc/changed",
                        "DELETED /etc/removed",
                        "DELETED /gone",
                        "CHANGED /replaced",
                        "ADDED /replaced/new",
                        "DELETED /replaced/old");
    }

    @Test
    void the_whole_root_file_system_of_a_container_that_does_not_run_is_exported() throws Exception {
        Snapshot snapshot = images.snapshots().prepare("c1", pull(images, "commit/base:v1"));
        inside(root, snapshot, "rm etc/removed; echo y > etc/changed; rm -r gone; mkdir a; echo b > a/b; ln a/b a/c");
        Path archive = root.resolve("exported.tar");
        try (OutputStream out = Files.newOutputStream(archive)) {
            images.export("c1", OptionalLong.empty(), out);
        }

        Process list = new ProcessBuilder("tar", "-tf", archive.toString()).start();
        assertThat(new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "./", "a/", "a/b", "a/c", "etc/", "etc/changed", "etc/kept", "replaced/", "replaced/old");
        assertThatThrownBy(() -> images.export("none", OptionalLong.empty(), OutputStream.nullOutputStream()))
                .hasMessageContaining("cannot export container none: it has no files any more");
    }

    @Test
    void an_image_says_what_it_was_told_and_keeps_the_rest() throws Exception {
        for (String base : List.of("commit/base:v1", "commit/docker:v1")) {
            images.snapshots().prepare("c-" + base.replace("/", "-").replace(":", "-"), pull(images, base));
            String made = name(base.replace(":v1", ":told"));
            boolean[] stood = new boolean[1];

            ImageId id = images.commit(
                    "c-" + base.replace("/", "-").replace(":", "-"),
                    made,
                    new NewImage(
                            List.of(
                                    "CMD [\"new\", \"arg\"]",
                                    "entrypoint run it",
                                    "ENV B=3",
                                    "ENV C=\"four five\"",
                                    "WORKDIR /work",
                                    "USER 7:8",
                                    "LABEL org.example=a b",
                                    "EXPOSE 80",
                                    "STOPSIGNAL SIGINT"),
                            "somebody",
                            "a message"),
                    work -> {
                        stood[0] = true;
                        work.run();
                    });

            assertThat(stood[0]).isTrue();
            var config = images.find(id.toString()).orElseThrow().config();
            assertThat(config.cmd()).containsExactly("new", "arg");
            assertThat(config.entrypoint()).containsExactly("/bin/sh", "-c", "run it");
            assertThat(config.env()).containsExactly("A=1", "B=3", "C=four five");
            assertThat(config.workingDir()).isEqualTo("/work");
            assertThat(config.user()).isEqualTo("7:8");
            assertThat(config.labels()).isEqualTo(Map.of("org.example", "a b"));
            assertThat(config.exposedPorts()).containsExactly("80/tcp");
            assertThat(config.stopSignal()).isEqualTo("SIGINT");
            ImageDetails details = images.inspect(made);
            assertThat(details.history()).hasSize(2);
            assertThat(details.history().getLast().comment()).isEqualTo("a message");
            assertThat(details.manifest()).contains(base.contains("docker") ? "vnd.docker" : "vnd.oci");
            images.push(made, Optional.empty(), RegistryAuth.ANONYMOUS);
        }
    }

    @Test
    void wrong_changes_are_refused_before_anything_stands_still() {
        images.snapshots().prepare("c1", pull(images, "commit/base:v1"));
        Standstill never = _ -> {
            throw new AssertionError("it stood still");
        };

        for (String wrong : List.of("VOLUME /x", "CMD", "ENV nothing", "WORKDIR relative", "EXPOSE http", "CMD [1]")) {
            assertThatThrownBy(() -> images.commit("c1", "x:1", new NewImage(List.of(wrong), "", ""), never))
                    .as(wrong)
                    .hasMessageContaining("cannot change the image by '" + wrong + "'");
        }
        assertThatThrownBy(() -> images.commit("none", "x:1", PLAIN, never)).hasMessageContaining("has no files");
    }

    @Test
    void a_root_file_system_becomes_an_image_of_one_layer() {
        byte[] tar = new TarBuilder().directory("bin").file("bin/a", "1").build();

        ImageId plain = images.importRoot(
                new ByteArrayInputStream(tar), "example.org/root:1", new NewImage(List.of("CMD [\"/bin/a\"]"), "", ""));
        ImageId packed =
                images.importRoot(new ByteArrayInputStream(ImageBuilder.gzip(tar)), "example.org/root:2", PLAIN);

        assertThat(images.find("example.org/root:1").orElseThrow().config().cmd())
                .containsExactly("/bin/a");
        assertThat(images.snapshots().prepare("c1", plain).readFile("/bin/a")).isPresent();
        assertThat(images.snapshots().prepare("c2", packed).lowers())
                .isEqualTo(images.snapshots().prepare("c1", plain).lowers());
        images.push("example.org/root:2", Optional.of(name("commit/imported:v1")), RegistryAuth.ANONYMOUS);
        assertThatThrownBy(() ->
                        images.importRoot(new ByteArrayInputStream(new byte[] {1, 2, 3}), "example.org/root:3", PLAIN))
                .hasMessageContaining("cannot make image example.org/root:3");
        assertThat(images.find("example.org/root:3")).isEmpty();
    }
}
