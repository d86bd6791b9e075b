package io.windlass.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.linux.Kernel;
import io.windlass.pod.fake.Configs;
import io.windlass.pod.fake.SecurityBuilder;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.IdMapping;
import io.windlass.pod.model.ImageSpec;
import io.windlass.pod.model.Mount;
import io.windlass.pod.model.MountPropagation;
import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.NamespaceOptions;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.UserNamespace;
import io.windlass.runtime.program.OverlayLayers;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images as volumes, over the kernel. */
@RequiresRoot
class ImageVolumesIT {
    private static final List<IdMapping> MAPPING = List.of(new IdMapping(300_000, 0, 65_536));

    private final Path folder;
    private final RealPods world;

    ImageVolumesIT(@TempDir Path folder) throws IOException {
        this.folder = folder;
        world = new RealPods(folder, layers());
    }

    @BeforeEach
    void upperLayerOfTheImage() throws IOException {
        Files.createDirectories(folder.resolve("top/etc"));
        Files.writeString(folder.resolve("top/etc/passwd"), "changed");
    }

    OverlayLayers layers() {
        return OverlayLayers.of(new Kernel());
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        world.close();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(folder.toString());
        assertThat(world.rootfs().list()).isEmpty();
    }

    private static Mount volume(String subPath) {
        return new Mount(
                "/image",
                "",
                true,
                false,
                MountPropagation.PRIVATE,
                List.of(),
                List.of(),
                false,
                Optional.of(ImageSpec.of("busybox")),
                subPath,
                List.of());
    }

    private ContainerId run(Optional<UserNamespace> user, String subPath) {
        NamespaceOptions options =
                new NamespaceOptions(NamespaceMode.POD, NamespaceMode.CONTAINER, NamespaceMode.POD, "", user);
        PodSandboxId sandbox = world.pods().runPodSandbox().run(Configs.sandbox("web", Configs.linux(options)), "");
        return world.run(
                sandbox,
                Configs.containerOf("main")
                        .security(new SecurityBuilder().namespaces(options).build())
                        .mounts(volume(subPath))
                        .build());
    }

    private void showsTheWholeImage(ContainerId container) {
        assertThat(world.exec(container, "cat", "/image/etc/passwd")).isEqualTo("changed");
        assertThat(world.exec(container, "cat", "/image/etc/group")).startsWith("root:x:0:");
        assertThat(world.exec(container, "/image/bin/echo", "executed")).isEqualTo("executed\n");
        assertThat(world.exec(container, "sh", "-c", "echo x > /image/new")).contains("Read-only file system");
    }

    @Test
    void allLayersShowAndNoneCanBeWritten() {
        showsTheWholeImage(run(Optional.empty(), ""));
    }

    @Test
    void aPartOfTheImageIsAFolderOrAFile() {
        ContainerId container = run(Optional.empty(), "bin");
        assertThat(world.exec(container, "/image/echo", "executed")).isEqualTo("executed\n");
        assertThat(world.exec(container, "sh", "-c", "echo x > /image/new")).contains("Read-only file system");
    }

    @Test
    void aFileOfTheImageIsMountedAsAFile() {
        assertThat(world.exec(run(Optional.empty(), "etc/group"), "cat", "/image"))
                .startsWith("root:x:0:");
    }

    @Test
    void aPodWithAUserNamespaceSeesItsOwnRootAsOwner() {
        ContainerId container = run(Optional.of(new UserNamespace(NamespaceMode.POD, MAPPING, MAPPING)), "");
        showsTheWholeImage(container);
        assertThat(world.exec(container, "/bin/busybox", "stat", "-c", "%u", "/image", "/image/etc/passwd"))
                .isEqualTo("0\n0\n");
    }

    @Test
    void theStatusTellsTheImagesId() {
        ContainerId container = run(Optional.empty(), "");
        world.restart(() -> {});
        assertThat(world.pods().containerStatus().status(container.value()).mounts())
                .singleElement()
                .satisfies(mount ->
                        assertThat(mount.image().orElseThrow().imageRef()).isEqualTo("sha256:1"));
    }

    @Test
    void aPathThatTheImageHasNotIsRefused() {
        assertThatThrownBy(() -> run(Optional.empty(), "etc/none"))
                .hasMessageContaining(
                        "cannot mount image busybox on /image: image_sub_path etc/none is no folder or file of the image");
    }
}
