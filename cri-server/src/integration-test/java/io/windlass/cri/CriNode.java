package io.windlass.cri;

import io.grpc.ManagedChannel;
import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.ContainerState;
import io.windlass.cri.v1.ContainerStatus;
import io.windlass.cri.v1.ContainerStatusRequest;
import io.windlass.cri.v1.CreateContainerRequest;
import io.windlass.cri.v1.ExecSyncRequest;
import io.windlass.cri.v1.ExecSyncResponse;
import io.windlass.cri.v1.ImageServiceGrpc;
import io.windlass.cri.v1.ImageServiceGrpc.ImageServiceBlockingStub;
import io.windlass.cri.v1.ImageSpec;
import io.windlass.cri.v1.ListContainersRequest;
import io.windlass.cri.v1.ListPodSandboxRequest;
import io.windlass.cri.v1.NamespaceMode;
import io.windlass.cri.v1.PodSandbox;
import io.windlass.cri.v1.PodSandboxConfig;
import io.windlass.cri.v1.PullImageRequest;
import io.windlass.cri.v1.RemoveContainerRequest;
import io.windlass.cri.v1.RemovePodSandboxRequest;
import io.windlass.cri.v1.RunPodSandboxRequest;
import io.windlass.cri.v1.RuntimeServiceGrpc;
import io.windlass.cri.v1.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import io.windlass.cri.v1.StartContainerRequest;
import io.windlass.image.testing.DockerRegistry;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.Pusher;
import io.windlass.image.testing.TarBuilder;
import io.windlass.node.v1.NodeServiceGrpc;
import io.windlass.node.v1.NodeServiceGrpc.NodeServiceBlockingStub;
import io.windlass.node.v1.NodeServiceGrpc.NodeServiceBlockingV2Stub;
import io.windlass.testkit.Patience;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * A node for tests: a network namespace with a registry that has one image, and a daemon in it with a client on its
 * socket. The daemon can be ended and started again.
 */
final class CriNode implements AutoCloseable {
    static final String IMAGE = "registry.test/busybox:1";
    private static final Duration PATIENCE = Patience.ofSeconds(20);
    private static final Path BUSYBOX = Path.of("/bin/busybox");

    private final Path folder;
    private final NetworkNamespace network = NetworkNamespace.create();
    private final DockerRegistry registry;
    private DaemonProcess daemon;
    private ManagedChannel channel;
    private ManagedChannel operator;

    CriNode(Path folder) throws Exception {
        this(folder, "");
    }

    /** @param settings more lines of the daemon's configuration */
    CriNode(Path folder, String settings) throws Exception {
        this.folder = folder;
        Files.createDirectory(folder.resolve("cni"));
        push(Files.createDirectory(folder.resolve("registry")));
        registry = network.call(() -> DockerRegistry.start(folder.resolve("registry")));
        Files.writeString(folder.resolve("config.toml"), """
                [registry."registry.test"]
                endpoints = ["%s"]
                [image]
                hosts_dirs = ["%s"]
                registries_conf = "%s"
                certificate_dirs = []
                [cni]
                conf_dir = "%s"
                [cdi]
                spec_dirs = ["%s"]
                [nri]
                plugin_path = "%s"
                plugin_config_path = "%s"
                %s
                """.formatted(
                        registry.url(),
                        folder.resolve("certs.d"),
                        folder.resolve("registries.conf"),
                        folder.resolve("cni"),
                        cdiFolder(),
                        pluginFolder(),
                        pluginConfigurationFolder(),
                        settings));
        daemon = daemon();
        channel = daemon.connect(state().resolve("windlass.sock"));
        operator = daemon.connect(state().resolve("node.sock"));
    }

    /** Outside the namespace first: the HTTP client's threads cannot be told where to make their sockets. */
    private static void push(Path data) throws Exception {
        TarBuilder tar = new TarBuilder().mode(0755).directory("bin/").directory("tmp/");
        tar.file("bin/busybox", Files.readAllBytes(BUSYBOX));
        for (String applet :
                List.of("sh", "cat", "sleep", "echo", "nc", "setsid", "stty", "true", "touch", "head", "tr")) {
            tar.symbolicLink("bin/" + applet, "busybox");
        }
        try (DockerRegistry registry = DockerRegistry.start(data)) {
            new Pusher(registry.url())
                    .push(
                            "busybox",
                            "1",
                            new ImageBuilder().gzipLayer(tar.build()).build());
        }
    }

    private DaemonProcess daemon() throws InterruptedException {
        return DaemonProcess.startIn(
                        network,
                        folder,
                        "--config=" + folder.resolve("config.toml"),
                        "--root=" + root(),
                        "--state=" + state())
                .ready();
    }

    /** Ends the daemon by SIGTERM; its exit code. */
    int end() throws InterruptedException {
        channel.shutdownNow();
        operator.shutdownNow();
        return daemon.end(true);
    }

    /** Ends the daemon as a crash would. */
    void crash() {
        channel.shutdownNow();
        operator.shutdownNow();
        daemon.kill();
    }

    /** Starts the daemon again after its end. */
    void restart() throws InterruptedException {
        daemon.close();
        daemon = daemon();
        channel = daemon.connect(state().resolve("windlass.sock"));
        operator = daemon.connect(state().resolve("node.sock"));
    }

    Path root() {
        return folder.resolve("root");
    }

    Path state() {
        return folder.resolve("state");
    }

    /** The daemon's folder of NRI plugins; not there until a test makes it. */
    Path pluginFolder() {
        return folder.resolve("nri-plugins");
    }

    Path pluginConfigurationFolder() {
        return folder.resolve("nri-conf");
    }

    /** Where NRI plugins connect. */
    Path pluginSocket() {
        return state().resolve("nri.sock");
    }

    /** The daemon's only folder of CDI specifications; not there until a test makes it. */
    Path cdiFolder() {
        return folder.resolve("cdi");
    }

    /** Where the node's registry is, as seen from its network namespace. */
    URI registry() {
        return registry.url();
    }

    /** A folder of the node for what containers share with tests. */
    Path shared() throws IOException {
        return Files.createDirectories(folder.resolve("shared"));
    }

    Path log(String pod, String container) {
        return folder.resolve("logs").resolve(pod).resolve(container + ".log");
    }

    NetworkNamespace network() {
        return network;
    }

    RuntimeServiceBlockingStub runtime() {
        return RuntimeServiceGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** What is asked at the operator's socket. */
    NodeServiceBlockingStub operator() {
        return NodeServiceGrpc.newBlockingStub(operator).withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    NodeServiceBlockingV2Stub operatorStreams() {
        return NodeServiceGrpc.newBlockingV2Stub(operator).withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Where the daemon reaches the registry, as references begin. */
    String registryHost() {
        return registry.host();
    }

    ImageServiceBlockingStub images() {
        return ImageServiceGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    String pull() {
        return images().pullImage(PullImageRequest.newBuilder()
                        .setImage(ImageSpec.newBuilder().setImage(IMAGE))
                        .build())
                .getImageRef();
    }

    String runPod(String name) {
        return runtime()
                .runPodSandbox(RunPodSandboxRequest.newBuilder()
                        .setConfig(podConfig(name))
                        .build())
                .getPodSandboxId();
    }

    PodSandboxConfig podConfig(String name) {
        PodSandboxConfig.Builder config = PodSandboxConfig.newBuilder()
                .setHostname(name)
                .setLogDirectory(folder.resolve("logs").resolve(name).toString());
        config.getMetadataBuilder().setName(name).setUid("uid-" + name).setNamespace("test");
        config.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getNamespaceOptionsBuilder()
                .setPid(NamespaceMode.CONTAINER);
        return config.build();
    }

    /** A configuration that runs {@code script} by a shell. */
    static ContainerConfig.Builder shell(String name, String script) {
        ContainerConfig.Builder config = ContainerConfig.newBuilder()
                .addAllCommand(List.of("sh", "-c", script))
                .setLogPath(name + ".log");
        config.getMetadataBuilder().setName(name);
        config.getImageBuilder().setImage(IMAGE);
        config.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getNamespaceOptionsBuilder()
                .setPid(NamespaceMode.CONTAINER);
        return config;
    }

    String create(String pod, String podName, ContainerConfig.Builder config) {
        return runtime()
                .createContainer(CreateContainerRequest.newBuilder()
                        .setPodSandboxId(pod)
                        .setConfig(config)
                        .setSandboxConfig(podConfig(podName))
                        .build())
                .getContainerId();
    }

    void start(String container) {
        runtime()
                .startContainer(StartContainerRequest.newBuilder()
                        .setContainerId(container)
                        .build());
    }

    ExecSyncResponse exec(String container, String... command) {
        return runtime()
                .execSync(ExecSyncRequest.newBuilder()
                        .setContainerId(container)
                        .addAllCmd(List.of(command))
                        .setTimeout(PATIENCE.toSeconds())
                        .build());
    }

    ContainerStatus status(String container) {
        return runtime()
                .containerStatus(ContainerStatusRequest.newBuilder()
                        .setContainerId(container)
                        .build())
                .getStatus();
    }

    ContainerStatus awaitExit(String container) throws Exception {
        await(
                "container " + container + " to exit",
                () -> status(container).getState() == ContainerState.CONTAINER_EXITED);
        return status(container);
    }

    /** What verbose status tells of a container, as JSON. */
    String info(String container) {
        return runtime()
                .containerStatus(ContainerStatusRequest.newBuilder()
                        .setContainerId(container)
                        .setVerbose(true)
                        .build())
                .getInfoOrDefault("info", "");
    }

    static void await(String what, Callable<Boolean> condition) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.call()) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("waited in vain for " + what);
            }
            Thread.sleep(10);
        }
    }

    List<PodSandbox> pods() {
        return runtime()
                .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
                .getItemsList();
    }

    /** Removes every container of every pod. */
    void removeContainers() {
        runtime()
                .listContainers(ListContainersRequest.getDefaultInstance())
                .getContainersList()
                .forEach(container -> runtime()
                        .removeContainer(RemoveContainerRequest.newBuilder()
                                .setContainerId(container.getId())
                                .build()));
    }

    /** Removes every pod with all that is in it. */
    void removePods() {
        pods().forEach(pod -> runtime()
                .removePodSandbox(RemovePodSandboxRequest.newBuilder()
                        .setPodSandboxId(pod.getId())
                        .build()));
    }

    /** Resident memory of the daemon, in bytes (VmRSS of proc_pid_status(5)). */
    long daemonMemory() throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(daemon.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                .sum();
    }

    String daemonLog() {
        return daemon.log();
    }

    /** Ends everything; what a failed test left behind is ended process by process. */
    @Override
    public void close() {
        channel.shutdownNow();
        operator.shutdownNow();
        daemon.close();
        Leftovers.processesOf(state())
                .forEach((pid, _) -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        registry.close();
        network.close();
    }
}
