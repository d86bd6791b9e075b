package io.windlass.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.linux.Kernel;
import io.windlass.linux.cgroup.CgroupDriver;
import io.windlass.pod.container.ExecSyncResult;
import io.windlass.pod.devices.CdiDevices;
import io.windlass.pod.fake.Failpoints;
import io.windlass.pod.fake.FakeNetwork;
import io.windlass.pod.fake.Outputs;
import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.PodSandboxFilter;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.plugin.PodPlugins;
import io.windlass.pod.quota.KernelProjects;
import io.windlass.pod.quota.QuotaPolicy;
import io.windlass.pod.security.AppArmor;
import io.windlass.pod.security.Selinux;
import io.windlass.pod.spec.Node;
import io.windlass.runtime.program.OverlayLayers;
import io.windlass.runtime.program.SeccompDocuments;
import io.windlass.runtime.shim.ShimSupervisor;
import io.windlass.testkit.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Pods over the real kernel and the real helper, with a root of busybox; the network is a double. Everything is removed at the end. */
final class RealPods implements AutoCloseable {
    private static final Duration PATIENCE = Patience.ofSeconds(10);
    private static final Path BUSYBOX = Path.of("/bin/busybox");
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final Path folder;
    private final ShimSupervisor supervisor;
    private final FolderRootfs rootfs;
    private final FakeNetwork network = new FakeNetwork(new Failpoints());
    private final PodsSettings settings;
    private final PodPlugins plugins;
    private Pods pods;

    RealPods(Path folder) throws IOException {
        this(folder, PodPlugins.NONE);
    }

    RealPods(Path folder, PodPlugins plugins) throws IOException {
        this(folder, plugins, OverlayLayers.of(new Kernel()));
    }

    /** With layers told to overlays in this way. */
    RealPods(Path folder, OverlayLayers layers) throws IOException {
        this(folder, PodPlugins.NONE, layers);
    }

    private RealPods(Path folder, PodPlugins plugins, OverlayLayers layers) throws IOException {
        this.plugins = plugins;
        this.folder = folder;
        Path state = folder.resolve("run");
        String cgroup = "/windlass-pod-it-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
        settings = new PodsSettings(
                folder.resolve("state.db"),
                state,
                cgroup,
                folder,
                folder.resolve("checkpoints"),
                List.of(),
                QuotaPolicy.USUAL);
        supervisor = ShimSupervisor.of(Path.of(System.getProperty("windlass.shim")), state, layers);
        rootfs = new FolderRootfs(folder);
        fill(folder.resolve("lower"));
        pods = open();
    }

    private static void fill(Path lower) throws IOException {
        for (String name : List.of("bin", "etc", "tmp", "proc", "sys", "dev")) {
            Files.createDirectories(lower.resolve(name));
        }
        Files.copy(BUSYBOX, lower.resolve("bin/busybox"));
        for (String applet : List.of("sh", "cat", "echo", "sleep", "id", "hostname", "ls", "true", "mount", "kill")) {
            Files.createSymbolicLink(lower.resolve("bin").resolve(applet), Path.of("busybox"));
        }
        Files.writeString(
                lower.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home:/bin/sh\n");
        Files.writeString(lower.resolve("etc/group"), "root:x:0:\nuser:x:1000:\nextra:x:50000:user\n");
    }

    private Pods open() {
        Kernel kernel = new Kernel();
        Node node = Node.detect(SeccompDocuments::runtimeDefault, folder, AppArmor.NONE, Selinux.NONE, kernel);
        Pods opened = Pods.open(
                settings,
                rootfs,
                network,
                supervisor,
                CgroupDriver.detect(Path.of("/sys/fs/cgroup")),
                kernel,
                new KernelProjects(kernel),
                node,
                CdiDevices.off(),
                plugins);
        opened.recover().run();
        return opened;
    }

    void restart(Runnable meanwhile) {
        pods.close();
        meanwhile.run();
        pods = open();
    }

    Pods pods() {
        return pods;
    }

    FolderRootfs rootfs() {
        return rootfs;
    }

    PodsSettings settings() {
        return settings;
    }

    ContainerId run(PodSandboxId sandbox, ContainerConfig config) {
        ContainerId id = pods.createContainer().create(sandbox.value(), config);
        pods.startContainer().start(id.value());
        return id;
    }

    String exec(ContainerId id, String... command) {
        ExecSyncResult result = pods.execSync().run(id.value(), List.of(command), PATIENCE);
        return Outputs.text(result.stdout()) + Outputs.text(result.stderr());
    }

    ContainerState.Exited awaitExit(ContainerId id) throws InterruptedException {
        assertThat(pods.store().container(id.value()).awaitExit(PATIENCE)).isTrue();
        return (ContainerState.Exited) pods.containerStatus().status(id.value()).state();
    }

    @Override
    public void close() {
        pods.listPodSandboxes()
                .list(PodSandboxFilter.ALL)
                .forEach(sandbox -> pods.removePodSandbox().remove(sandbox.id().value()));
        pods.close();
        supervisor.shutdown();
    }
}
