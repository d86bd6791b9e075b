package io.windlass.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.fake.Configs;
import io.windlass.pod.fake.SecurityBuilder;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.ContainerStats;
import io.windlass.pod.model.ContainerUser;
import io.windlass.pod.model.IdMapping;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.model.LinuxContainerSecurityContext;
import io.windlass.pod.model.Mount;
import io.windlass.pod.model.MountPropagation;
import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.NamespaceOptions;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.PodSandboxStats;
import io.windlass.pod.model.SupplementalGroupsPolicy;
import io.windlass.pod.stats.ContainerMetrics;
import io.windlass.pod.stats.PodMetrics;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole lives of pods with real namespaces, cgroups, mounts and processes. */
@RequiresRoot
class PodsIT {
    private final Path folder;
    private final RealPods world;

    PodsIT(@TempDir Path folder) throws IOException {
        this.folder = folder;
        world = new RealPods(folder);
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        world.close();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(folder.toString());
        try (Stream<Path> groups = Files.walk(Path.of("/sys/fs/cgroup"), 2)) {
            assertThat(groups.filter(path ->
                            path.endsWith(world.settings().cgroupParent().substring(1))))
                    .isEmpty();
        }
        try (Stream<Path> pods = Files.list(world.settings().state().resolve("pods"))) {
            assertThat(pods).isEmpty();
        }
        assertThat(world.rootfs().list()).isEmpty();
    }

    private PodSandboxId sandbox() {
        return world.pods().runPodSandbox().run(Configs.sandbox("web"), "");
    }

    @Test
    void aContainerRunsInItsPodAndTakesCommands() {
        PodSandboxId sandbox = sandbox();
        ContainerId container = world.run(
                sandbox, Configs.containerOf("main").env("GREETING", "hello").build());
        assertThat(world.exec(container, "sh", "-c", "echo $GREETING; hostname; cat /etc/hostname"))
                .isEqualTo("hello\nweb\nweb\n");
        assertThat(world.exec(container, "cat", "/etc/hosts")).contains("10.88.0.2\tweb");
        assertThat(world.exec(container, "sh", "-c", "echo x > /dev/shm/x; cat /dev/shm/x"))
                .isEqualTo("x\n");
        ContainerStats stats = world.pods().containerStats().stats(container.value());
        assertThat(stats.memory().orElseThrow().usageBytes()).isPositive();
        world.pods().stopContainer().stop(container.value(), Duration.ZERO);
        assertThat(world.pods().containerStatus().status(container.value()).state())
                .isInstanceOfSatisfying(
                        ContainerState.Exited.class,
                        exited -> assertThat(exited.exitCode()).isEqualTo(137));
    }

    @Test
    void statsAndMetricsAreThoseOfTheContainersProcesses() {
        PodSandboxId sandbox = sandbox();
        ContainerId container = world.run(sandbox, Configs.container("main"));
        PodSandboxStats stats = world.pods().podSandboxStats().stats(sandbox.value());
        assertThat(stats.processCount().orElseThrow()).isPositive();
        assertThat(stats.interfaces()).allSatisfy(one -> assertThat(one.name()).isNotEqualTo("lo"));
        Path unified = Path.of("/sys/fs/cgroup/unified/cpu.pressure");
        if (Files.exists(unified) || Files.exists(Path.of("/sys/fs/cgroup/cpu.pressure"))) {
            assertThat(stats.io()).isPresent();
        }
        PodMetrics metrics = world.pods().podMetrics().list().getFirst();
        assertThat(metrics.id()).isEqualTo(sandbox);
        assertThat(metrics.containers()).singleElement().satisfies(one -> {
            assertThat(one.id()).isEqualTo(container);
            assertThat(value(one, "container_processes")).isPositive();
            assertThat(value(one, "container_threads")).isPositive();
            assertThat(value(one, "container_file_descriptors")).isPositive();
            assertThat(value(one, "container_memory_usage_bytes")).isPositive();
            assertThat(value(one, "container_spec_cpu_shares")).isPositive();
            assertThat(value(one, "container_spec_cpu_period")).isEqualTo(100_000);
            assertThat(value(one, "container_ulimits_soft")).isPositive();
            assertThat(value(one, "container_last_seen"))
                    .isGreaterThanOrEqualTo(value(one, "container_start_time_seconds"));
        });
    }

    private static long value(ContainerMetrics metrics, String name) {
        return metrics.samples().stream()
                .filter(sample -> sample.descriptor().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name))
                .value();
    }

    @Test
    void containersOfOnePodShareItsSharedMemoryAndNoOthers() {
        PodSandboxId sandbox = sandbox();
        ContainerId first = world.run(sandbox, Configs.container("first"));
        ContainerId second = world.run(sandbox, Configs.container("second"));
        world.exec(first, "sh", "-c", "echo shared > /dev/shm/x");
        assertThat(world.exec(second, "cat", "/dev/shm/x")).isEqualTo("shared\n");
        assertThat(world.exec(second, "sh", "-c", "echo $$")).isNotBlank();
    }

    @Test
    void theUserIsThatOfTheRequest() {
        PodSandboxId sandbox = sandbox();
        ContainerId container = world.run(
                sandbox,
                Configs.containerOf("main")
                        .security(new SecurityBuilder()
                                .user(1000)
                                .groups(SupplementalGroupsPolicy.MERGE, 1234L)
                                .build())
                        .build());
        assertThat(world.exec(container, "id", "-u")).isEqualTo("1000\n");
        assertThat(world.exec(container, "id", "-G")).isEqualTo("1000 1234 50000\n");
        assertThat(world.pods().containerStatus().status(container.value()).user())
                .isEqualTo(new ContainerUser(1000, 1000, List.of(1000L, 1234L, 50000L)));
    }

    @Test
    void aVolumeIsSeenAndAReadOnlyOneCannotBeWritten() throws IOException {
        PodSandboxId sandbox = sandbox();
        Path volume = Files.createDirectory(folder.resolve("volume"));
        Files.writeString(volume.resolve("file"), "content");
        Mount writable = Mount.bind(volume.toString(), "/rw");
        Mount readonly = new Mount(
                "/ro",
                volume.toString(),
                true,
                false,
                MountPropagation.PRIVATE,
                List.of(),
                List.of(),
                false,
                Optional.empty(),
                "",
                List.of("noexec"));
        ContainerId container = world.run(
                sandbox, Configs.containerOf("main").mounts(writable, readonly).build());
        assertThat(world.exec(container, "cat", "/ro/file")).isEqualTo("content");
        assertThat(world.exec(container, "sh", "-c", "echo x > /ro/y")).contains("Read-only file system");
        assertThat(world.exec(container, "sh", "-c", "echo x > /rw/y; cat /ro/y"))
                .isEqualTo("x\n");
    }

    @Test
    void aContainerThatEndedWhileTheDaemonWasDownHasItsExitCode() throws InterruptedException {
        PodSandboxId sandbox = sandbox();
        ContainerId ended = world.run(
                sandbox,
                Configs.containerOf("ended")
                        .command("sh", "-c", "sleep 0.3; exit 7")
                        .build());
        ContainerId running = world.run(sandbox, Configs.container("running"));
        world.restart(() -> {
            try {
                Thread.sleep(600);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(world.awaitExit(ended).exitCode()).isEqualTo(7);
        assertThat(world.pods().containerStatus().status(running.value()).state())
                .isInstanceOf(ContainerState.Running.class);
        assertThat(world.exec(running, "echo", "again")).isEqualTo("again\n");
    }

    @Test
    void aCommandThatTakesTooLongIsKilledWithItsChildren() {
        PodSandboxId sandbox = sandbox();
        ContainerId container = world.run(sandbox, Configs.container("main"));
        assertThatThrownBy(() -> world.pods()
                        .execSync()
                        .run(container.value(), List.of("sh", "-c", "sleep 1000 & sleep 1001"), Duration.ofMillis(300)))
                .isInstanceOfSatisfying(Fault.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.DEADLINE_EXCEEDED));
        assertThat(world.exec(container, "sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"))
                .doesNotContain("sleep 100");
    }

    @Test
    void theLimitOnMemoryIsTheReasonOfTheEnd() throws InterruptedException {
        PodSandboxId sandbox = sandbox();
        ContainerId container = world.run(
                sandbox,
                Configs.containerOf("main")
                        .command("sh", "-c", "x=a; while true; do x=$x$x; done")
                        .resources(new LinuxContainerResources(
                                0, 0, 0, 16 << 20, 0, "", "", List.of(), Map.of(), 16 << 20))
                        .build());
        ContainerState.Exited exited = world.awaitExit(container);
        assertThat(exited.reason()).isEqualTo("OOMKilled");
        assertThat(exited.exitCode()).isEqualTo(137);
    }

    @Test
    void aPodOfTheNodesNamespacesShowsTheNodesName() throws IOException {
        NamespaceOptions node =
                new NamespaceOptions(NamespaceMode.NODE, NamespaceMode.NODE, NamespaceMode.NODE, "", Optional.empty());
        PodSandboxId sandbox = world.pods().runPodSandbox().run(Configs.sandbox("host", Configs.linux(node)), "");
        ContainerId container = world.run(
                sandbox,
                Configs.containerOf("main")
                        .security(new SecurityBuilder().namespaces(node).build())
                        .build());
        assertThat(world.exec(container, "cat", "/proc/sys/kernel/hostname"))
                .isEqualTo(Files.readString(Path.of("/proc/sys/kernel/hostname")));
    }

    @Test
    void aPodSharesOnePidNamespaceWhenAsked() {
        NamespaceOptions pod = NamespaceOptions.DEFAULT;
        PodSandboxId sandbox = world.pods().runPodSandbox().run(Configs.sandbox("pids", Configs.linux(pod)), "");
        LinuxContainerSecurityContext security =
                new SecurityBuilder().namespaces(pod).build();
        world.run(
                sandbox,
                Configs.containerOf("first")
                        .command("sleep", "777")
                        .security(security)
                        .build());
        ContainerId second = world.run(
                sandbox, Configs.containerOf("second").security(security).build());
        assertThat(world.exec(second, "sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"))
                .contains("sleep 777");
    }

    @Test
    void aPrivilegedContainerHasTheNodesDevicesAndMayWriteSys() {
        PodSandboxId sandbox = sandbox();
        ContainerId container = world.run(
                sandbox,
                Configs.containerOf("main")
                        .security(new SecurityBuilder().privileged().build())
                        .build());
        assertThat(world.exec(
                        container,
                        "sh",
                        "-c",
                        "cat /proc/mounts | while read a b c d e; do [ $b = /sys ] && echo $d; done"))
                .startsWith("rw");
    }

    private static Mount mapped(Path source, List<IdMapping> mapping) {
        return new Mount(
                "/data",
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

    @Test
    void theIdsOfAVolumeAreMappedWithoutAUserNamespace() throws IOException {
        PodSandboxId sandbox = sandbox();
        Path volume = Files.createDirectory(folder.resolve("volume"));
        List<IdMapping> mapping = List.of(new IdMapping(1000, 0, 1));
        ContainerId container = world.run(
                sandbox,
                Configs.containerOf("main")
                        .mounts(mapped(volume, mapping))
                        .security(new SecurityBuilder().user(1000).build())
                        .build());
        assertThat(world.exec(container, "sh", "-c", "echo x > /data/new; /bin/busybox stat -c %u:%g /data /data/new"))
                .isEqualTo("1000:1000\n1000:1000\n");
        assertThat(Files.getAttribute(volume.resolve("new"), "unix:uid")).isEqualTo(0);
    }

    @Test
    void aVolumeThatCannotBeMappedIsRefusedByItsPath() {
        PodSandboxId sandbox = sandbox();
        Mount volume = mapped(Path.of("/proc/sys"), List.of(new IdMapping(1000, 0, 1)));
        assertThatThrownBy(() -> world.run(
                        sandbox, Configs.containerOf("main").mounts(volume).build()))
                .hasMessageContaining("MAP_IDS", "/proc/sys", "EINVAL");
    }

    @Test
    void aUserWhoIsNotRootMayOpenItsStreamsAnewByPath() {
        PodSandboxId sandbox = sandbox();
        ContainerId container = world.run(
                sandbox,
                Configs.containerOf("main")
                        .command("sh", "-c", "echo x > /dev/stdout && echo y > /dev/stderr && exec sleep 60")
                        .security(new SecurityBuilder().user(1000).build())
                        .build());
        assertThat(world.exec(container, "sh", "-c", "echo out > /dev/stdout; echo err > /dev/stderr"))
                .isEqualTo("out\nerr\n");
        assertThat(world.pods().containerStatus().status(container.value()).state())
                .isInstanceOf(ContainerState.Running.class);
    }

    @Test
    void thePathsOfProcAreProtectedUnlessTheRequestListsNone() {
        PodSandboxId sandbox = sandbox();
        ContainerId container = world.run(sandbox, Configs.container("main"));
        ContainerId unmasked = world.run(
                sandbox,
                Configs.containerOf("unmasked")
                        .security(new SecurityBuilder()
                                .maskedPaths()
                                .readonlyPaths()
                                .build())
                        .build());
        String mounts = "cat /proc/mounts | while read a b c; do case $b in /proc/*) echo $b;; esac; done";
        assertThat(world.exec(container, "sh", "-c", mounts)).contains("/proc/keys\n", "/proc/sys\n");
        assertThat(world.exec(unmasked, "sh", "-c", mounts)).isEmpty();
    }
}
