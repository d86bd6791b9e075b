package io.windlass.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.linux.Fd;
import io.windlass.linux.FileMode;
import io.windlass.linux.Kernel;
import io.windlass.linux.OpenFlags;
import io.windlass.pod.fake.Configs;
import io.windlass.pod.fake.SecurityBuilder;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.Device;
import io.windlass.pod.model.IdMapping;
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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods with user namespaces of their own, over the kernel. */
@RequiresRoot
class UserNamespacesIT {
    private static final int BASE = 300_000;
    private static final List<IdMapping> MAPPING = List.of(new IdMapping(BASE, 0, 65_536));
    private static final UserNamespace OWN = new UserNamespace(NamespaceMode.POD, MAPPING, MAPPING);

    private final Path folder;
    private final RealPods world;

    UserNamespacesIT(@TempDir Path folder) throws IOException {
        this.folder = folder;
        world = new RealPods(folder, layers());
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

    private static NamespaceOptions options(NamespaceMode network, NamespaceMode pid, NamespaceMode ipc) {
        return new NamespaceOptions(network, pid, ipc, "", Optional.of(OWN));
    }

    private ContainerId run(NamespaceOptions options, Mount... volumes) {
        PodSandboxId sandbox = world.pods().runPodSandbox().run(Configs.sandbox("mapped", Configs.linux(options)), "");
        return world.run(
                sandbox,
                Configs.containerOf("main")
                        .security(new SecurityBuilder().namespaces(options).build())
                        .mounts(volumes)
                        .build());
    }

    private ContainerId run(Mount... volumes) {
        return run(options(NamespaceMode.POD, NamespaceMode.CONTAINER, NamespaceMode.POD), volumes);
    }

    private Mount volume(Path source, String target, List<IdMapping> mapping) {
        return new Mount(
                target,
                source.toString(),
                false,
                false,
                MountPropagation.PRIVATE,
                mapping,
                mapping,
                false,
                Optional.empty(),
                "",
                List.of());
    }

    private static int owner(Path file) throws IOException {
        return (int) Files.getAttribute(file, "unix:uid");
    }

    @Test
    void thePodsRootIsRootInsideAndNobodyOnTheNode() throws IOException {
        ContainerId container = run();
        assertThat(world.exec(container, "cat", "/proc/self/uid_map").strip().split("\\s+"))
                .containsExactly("0", Integer.toString(BASE), "65536");
        assertThat(world.exec(container, "id", "-u")).isEqualTo("0\n");
        assertThat(world.exec(container, "sh", "-c", "echo new > /new; cat /new /etc/hostname"))
                .isEqualTo("new\nmapped\n");
        Path upper = world.rootfs().find(container).orElseThrow().upper();
        assertThat(owner(upper)).isEqualTo(BASE);
        assertThat(owner(upper.resolve("new"))).isEqualTo(BASE);
    }

    @Test
    void thePodsFilesAndSharedMemoryBelongToItsRoot() {
        ContainerId container = run();
        assertThat(
                        world.exec(
                                container,
                                "sh",
                                "-c",
                                "for f in hosts hostname resolv.conf; do echo '# mine' >> /etc/$f || echo failed; done;"
                                        + " echo x > /dev/shm/x && cat /dev/shm/x;"
                                        + " /bin/busybox stat -c %u:%g /etc/hosts /etc/hostname /etc/resolv.conf /dev/shm /bin/busybox"))
                .isEqualTo("x\n" + "0:0\n".repeat(5));
    }

    @Test
    void aVolumeWithMappingsHasThePodsIdsAndOneWithoutDoesNot() throws IOException {
        Path mapped = Files.createDirectory(folder.resolve("mapped"));
        Path plain = Files.createDirectory(folder.resolve("plain"));
        ContainerId container = run(volume(mapped, "/mapped", MAPPING), volume(plain, "/plain", List.of()));
        assertThat(world.exec(container, "/bin/busybox", "stat", "-c", "%u", "/mapped", "/plain"))
                .isEqualTo("0\n65534\n");
        assertThat(world.exec(container, "sh", "-c", "echo x > /mapped/new; echo x > /plain/new"))
                .contains("Permission denied");
        assertThat(owner(mapped.resolve("new"))).isZero();
        assertThat(plain.resolve("new")).doesNotExist();
    }

    @Test
    void aVolumeMayHaveAMappingOfItsOwn() throws IOException {
        Path mapped = Files.createDirectory(folder.resolve("mapped"));
        List<IdMapping> shifted = List.of(new IdMapping(BASE + 1000, 0, 1), new IdMapping(BASE + 2000, 1, 10));
        ContainerId container = run(volume(mapped, "/mapped", shifted));
        assertThat(world.exec(container, "/bin/busybox", "stat", "-c", "%u:%g", "/mapped"))
                .isEqualTo("1000:1000\n");
    }

    @Test
    void theUserMayOpenItsStreamsAnewByPath() {
        NamespaceOptions options = options(NamespaceMode.POD, NamespaceMode.CONTAINER, NamespaceMode.POD);
        PodSandboxId sandbox = world.pods().runPodSandbox().run(Configs.sandbox("mapped", Configs.linux(options)), "");
        ContainerId container = world.run(
                sandbox,
                Configs.containerOf("main")
                        .command("sh", "-c", "echo x > /dev/stdout && echo y > /dev/stderr && exec sleep 60")
                        .security(new SecurityBuilder()
                                .namespaces(options)
                                .user(1000)
                                .build())
                        .build());
        assertThat(world.exec(container, "sh", "-c", "id -u; echo out > /dev/stdout; echo err > /dev/stderr"))
                .isEqualTo("1000\nout\nerr\n");
        assertThat(world.pods().containerStatus().status(container.value()).state())
                .isInstanceOf(ContainerState.Running.class);
    }

    @Test
    void aDeviceMayHaveAnotherPath() {
        NamespaceOptions options = options(NamespaceMode.POD, NamespaceMode.CONTAINER, NamespaceMode.POD);
        PodSandboxId sandbox = world.pods().runPodSandbox().run(Configs.sandbox("mapped", Configs.linux(options)), "");
        ContainerId container = world.run(
                sandbox,
                Configs.containerOf("main")
                        .security(new SecurityBuilder().namespaces(options).build())
                        .devices(new Device("/dev/other/full", "/dev/full", "rw"))
                        .build());
        assertThat(world.exec(container, "sh", "-c", "echo x > /dev/other/full"))
                .contains("No space left on device");
    }

    @Test
    void aPrivilegedContainerHasTheNodesDevicesHoweverMany() throws IOException {
        NamespaceOptions options = options(NamespaceMode.POD, NamespaceMode.CONTAINER, NamespaceMode.POD);
        PodSandboxId sandbox = world.pods().runPodSandbox().run(Configs.sandbox("mapped", Configs.linux(options)), "");
        // Nobody of the node's reaches a folder that only its root may enter.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path many = Files.createDirectory(folder.resolve("many"));
        Kernel kernel = new Kernel();
        try (Fd directory = kernel.open(many, OpenFlags.PATH | OpenFlags.DIRECTORY, 0)) {
            for (int i = 0; i < 100; i++) {
                kernel.mknodat(directory, "full" + i, FileMode.CHARACTER_DEVICE | 0666, 1 << 8 | 7);
            }
        }
        ContainerId container = world.run(
                sandbox,
                Configs.containerOf("main")
                        .security(new SecurityBuilder()
                                .privileged()
                                .namespaces(options)
                                .build())
                        .devices(new Device(many.toString(), many.toString(), "rw"))
                        .build());
        assertThat(world.exec(container, "sh", "-c", "cd " + many + " && echo *")
                        .split(" "))
                .hasSize(100);
    }

    @Test
    void aVolumeOnAFilesystemWithoutIdMappedMountsIsRefusedByName() {
        assertThatThrownBy(() -> run(volume(Path.of("/proc/sys"), "/data", MAPPING)))
                .hasMessageContaining(
                        "cannot mount /proc/sys on /data: uidMappings need idmapped mounts, which filesystem proc at /proc/sys");
    }

    @Test
    void onePidNamespaceForThePodIsInItsUserNamespace() {
        ContainerId container = run(options(NamespaceMode.POD, NamespaceMode.POD, NamespaceMode.POD));
        assertThat(world.exec(container, "sh", "-c", "cat /proc/1/comm; id -u")).isEqualTo("windlass-init\n0\n");
    }

    @Test
    void aContainerSeesTheProcessesOfItsTargetAndNoOthers() {
        NamespaceOptions options = options(NamespaceMode.POD, NamespaceMode.CONTAINER, NamespaceMode.POD);
        PodSandboxId sandbox = world.pods().runPodSandbox().run(Configs.sandbox("mapped", Configs.linux(options)), "");
        ContainerId first = world.run(
                sandbox,
                Configs.containerOf("first")
                        .command("sleep", "777")
                        .security(new SecurityBuilder().namespaces(options).build())
                        .build());
        NamespaceOptions target = new NamespaceOptions(
                NamespaceMode.POD, NamespaceMode.TARGET, NamespaceMode.POD, first.value(), Optional.of(OWN));
        ContainerId second = world.run(
                sandbox,
                Configs.containerOf("second")
                        .security(new SecurityBuilder().namespaces(target).build())
                        .build());
        assertThat(world.exec(second, "sh", "-c", "cat /proc/1/cmdline | tr '\\0' ' '"))
                .isEqualTo("sleep 777 ");
    }

    @Test
    void theNodesNetworkAndQueuesCanBeShared() throws IOException {
        ContainerId container = run(options(NamespaceMode.NODE, NamespaceMode.CONTAINER, NamespaceMode.NODE));
        assertThat(world.exec(container, "/bin/busybox", "readlink", "/proc/self/ns/net"))
                .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")) + "\n");
        assertThat(world.exec(container, "cat", "/proc/self/uid_map")).contains(Integer.toString(BASE));
    }

    @Test
    void aPodWithAUserNamespaceOutlivesTheDaemon() {
        ContainerId container = run();
        world.restart(() -> {});
        assertThat(world.exec(container, "id", "-u")).isEqualTo("0\n");
    }
}
