package io.windlass.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.cri.streaming.SpdyClient;
import io.windlass.cri.v1.AttachRequest;
import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.ContainerState;
import io.windlass.cri.v1.ContainerStatsRequest;
import io.windlass.cri.v1.ContainerStatus;
import io.windlass.cri.v1.ExecRequest;
import io.windlass.cri.v1.ExecSyncRequest;
import io.windlass.cri.v1.ExecSyncResponse;
import io.windlass.cri.v1.PodSandbox;
import io.windlass.cri.v1.PodSandboxState;
import io.windlass.cri.v1.PortForwardRequest;
import io.windlass.cri.v1.RemoveContainerRequest;
import io.windlass.cri.v1.ReopenContainerLogRequest;
import io.windlass.cri.v1.StopContainerRequest;
import io.windlass.cri.v1.StopPodSandboxRequest;
import io.windlass.testkit.RequiresRoot;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a kubelet does with pods, over the CRI socket of the built daemon; after each test nothing of its pods is left. */
@RequiresRoot
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class PodsOverTheSocketIT {
    private static final String FOREVER = "sleep 100000";
    private static final Pattern PID = Pattern.compile("\"pid\":(\\d+)");

    @TempDir
    private static Path folder;

    private final List<String> ids = new ArrayList<>();
    private CriNode node;
    private Leftovers before;

    @BeforeAll
    void start() throws Exception {
        node = new CriNode(folder);
        assertThat(node.pull()).startsWith("sha256:");
        // The first pod makes the bridge, and the first container has AppArmor's default profile loaded; both stay.
        String first = node.runPod("first");
        node.create(first, "first", CriNode.shell("first", "true"));
        remove(first);
        CriNode.await("the first pod's files to be deleted", () -> {
            before = now();
            return !before.beingDeleted();
        });
    }

    /** Folders are emptied in the background: when a file goes while they are read, they are read again. */
    private Leftovers now() throws Exception {
        while (true) {
            try {
                return Leftovers.of(node);
            } catch (UncheckedIOException e) {
                assertThat(e).hasCauseInstanceOf(NoSuchFileException.class);
            }
        }
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        node.removePods();
        CriNode.await("the rest of the pods to go", () -> {
            Leftovers after = now();
            return after.mounts().equals(before.mounts())
                    && after.links().equals(before.links())
                    && after.files().equals(before.files());
        });
        assertThat(now().cgroupsOf(ids)).isEmpty();
        ids.clear();
    }

    @AfterAll
    void nothingOfTheDaemonIsLeft() throws Exception {
        try {
            assertThat(node.end()).isIn(0, 143);
            assertThat(node.daemonLog()).doesNotContain("ERROR");
            assertThat(Leftovers.processesOf(node.state())).isEmpty();
        } finally {
            node.close();
        }
    }

    @Test
    void aContainerLivesItsWholeLife() throws Exception {
        String pod = runPod("life");
        String container = create(pod, "life", CriNode.shell("main", "echo hello; echo oops >&2; " + FOREVER));
        assertThat(node.status(container).getState()).isEqualTo(ContainerState.CONTAINER_CREATED);
        node.start(container);

        Path log = node.log("life", "main");
        CriNode.await(
                "the log", () -> Files.exists(log) && Files.readAllLines(log).size() == 2);
        assertThat(Files.readString(log)).containsPattern("Z stdout F hello\n").containsPattern("Z stderr F oops\n");
        assertThat(node.status(container).getLogPath()).isEqualTo(log.toString());

        ExecSyncResponse executed = node.exec(container, "sh", "-c", "echo out; echo err >&2; exit 7");
        assertThat(executed.getStdout().toStringUtf8()).isEqualTo("out\n");
        assertThat(executed.getStderr().toStringUtf8()).isEqualTo("err\n");
        assertThat(executed.getExitCode()).isEqualTo(7);

        var stats = node.runtime()
                .containerStats(ContainerStatsRequest.newBuilder()
                        .setContainerId(container)
                        .build())
                .getStats();
        assertThat(stats.getAttributes().getId()).isEqualTo(container);
        assertThat(stats.getCpu().getUsageCoreNanoSeconds().getValue()).isPositive();
        assertThat(stats.getMemory().getWorkingSetBytes().getValue()).isPositive();

        stop(container);
        ContainerStatus stopped = node.status(container);
        assertThat(stopped.getState()).isEqualTo(ContainerState.CONTAINER_EXITED);
        assertThat(stopped.getExitCode()).isEqualTo(137);
        node.runtime()
                .removeContainer(RemoveContainerRequest.newBuilder()
                        .setContainerId(container)
                        .build());
        assertThatThrownBy(() -> node.status(container)).hasMessageStartingWith("NOT_FOUND");
        assertThat(log).exists();
    }

    @Test
    void aReopenedLogGoesOnInANewFile() throws Exception {
        String pod = runPod("logs");
        String container =
                run(pod, "logs", CriNode.shell("main", "i=0; while :; do echo line $i; i=$((i+1)); sleep 0.02; done"));
        Path log = node.log("logs", "main");
        CriNode.await("the log", () -> Files.exists(log) && Files.size(log) > 0);
        Path rotated = Files.move(log, log.resolveSibling("main.log.1"));
        node.runtime()
                .reopenContainerLog(ReopenContainerLogRequest.newBuilder()
                        .setContainerId(container)
                        .build());
        CriNode.await(
                "the new log",
                () -> Files.exists(log) && Files.readAllLines(log).size() > 2);
        List<String> lines = new ArrayList<>(Files.readAllLines(rotated));
        lines.addAll(Files.readAllLines(log));
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i)).endsWith(" stdout F line " + i);
        }
    }

    @Test
    void anExecThatTakesTooLongIsEndedWithAllItStarted() throws Exception {
        String pod = runPod("late");
        String container = run(pod, "late", CriNode.shell("main", FOREVER));
        String mark = "sleep 98765.";
        assertThatThrownBy(() -> node.runtime()
                        .execSync(ExecSyncRequest.newBuilder()
                                .setContainerId(container)
                                .addAllCmd(
                                        List.of("sh", "-c", "setsid " + mark + "1 & (" + mark + "2 &) ; " + mark + "3"))
                                .setTimeout(1)
                                .build()))
                .hasMessageStartingWith("DEADLINE_EXCEEDED");
        CriNode.await(
                "its processes to be gone", () -> Leftovers.processes(mark).isEmpty());
        assertThat(node.exec(container, "true").getExitCode()).isZero();
    }

    @Test
    void execOverWebSocketHasATerminal() throws Exception {
        String pod = runPod("exec");
        String container = run(pod, "exec", CriNode.shell("main", FOREVER));
        URI url = URI.create(node.runtime()
                .exec(ExecRequest.newBuilder()
                        .setContainerId(container)
                        .addAllCmd(List.of("sh", "-c", "echo ready; read line; echo got $line; stty size; exit 3"))
                        .setTty(true)
                        .setStdin(true)
                        .setStdout(true)
                        .build())
                .getUrl());
        try (WebSocketClient client = node.network().call(() -> new WebSocketClient(url, "v5.channel.k8s.io"))) {
            client.await(1, "ready");
            client.send(4, "{\"Width\":91,\"Height\":37}");
            client.send(0, "words\n");
            client.awaitClose();
            assertThat(client.text(1)).contains("got words\r\n37 91\r\n");
            assertThat(client.text(3)).contains("NonZeroExitCode", "\"message\":\"3\"");
        }
    }

    @Test
    void attachReachesTheMainProcess() throws Exception {
        String pod = runPod("attach");
        ContainerConfig.Builder config =
                CriNode.shell("main", "cat; echo end of input").setStdin(true).setStdinOnce(true);
        String container = run(pod, "attach", config);
        URI url = URI.create(node.runtime()
                .attach(AttachRequest.newBuilder()
                        .setContainerId(container)
                        .setStdin(true)
                        .setStdout(true)
                        .setStderr(true)
                        .build())
                .getUrl());
        try (SpdyClient client = node.network().call(() -> new SpdyClient(url, "v4.channel.k8s.io"))) {
            int error = client.open(Map.of("streamtype", "error"));
            int stdin = client.open(Map.of("streamtype", "stdin"));
            int stdout = client.open(Map.of("streamtype", "stdout"));
            client.open(Map.of("streamtype", "stderr"));
            client.send(stdin, "typed words\n", true);
            client.awaitEnd(error, stdout);
            assertThat(client.text(stdout)).isEqualTo("typed words\nend of input\n");
        }
        assertThat(node.awaitExit(container).getExitCode()).isZero();
        assertThat(Files.readString(node.log("attach", "main"))).contains(" stdout F typed words\n");
    }

    @Test
    void aPortOfThePodIsForwarded() throws Exception {
        String pod = runPod("port");
        run(pod, "port", CriNode.shell("main", "nc -ll -p 8080 -e cat"));
        String text = "through the pod";
        try (WebSocketClient client = forward(pod)) {
            client.send(0, text);
            client.await(0, text);
        }
        URI spdy = portForwardUrl(pod);
        try (SpdyClient client = node.network().call(() -> new SpdyClient(spdy, "portforward.k8s.io"))) {
            int error = client.open(Map.of("streamtype", "error", "port", "8080", "requestid", "0"));
            int data = client.open(Map.of("streamtype", "data", "port", "8080", "requestid", "0"));
            client.send(data, text, true);
            client.awaitEnd(error, data);
            assertThat(client.text(data)).isEqualTo(text);
            assertThat(client.text(error)).isEmpty();
        }
    }

    /** Connects once the server in the pod listens. */
    private WebSocketClient forward(String pod) throws Exception {
        List<String> listening = new ArrayList<>();
        CriNode.await("a server on port 8080", () -> {
            listening.clear();
            listening.addAll(Files.readAllLines(podProcess(pod).resolve("net/tcp6")));
            listening.addAll(Files.readAllLines(podProcess(pod).resolve("net/tcp")));
            return listening.stream().anyMatch(line -> line.contains(":1F90 "));
        });
        URI url = portForwardUrl(pod);
        return node.network().call(() -> new WebSocketClient(url, "v5.channel.k8s.io"));
    }

    private Path podProcess(String pod) {
        String container = node.runtime()
                .listContainers(io.windlass.cri.v1.ListContainersRequest.newBuilder()
                        .setFilter(
                                io.windlass.cri.v1.ContainerFilter.newBuilder().setPodSandboxId(pod))
                        .build())
                .getContainers(0)
                .getId();
        return Path.of("/proc", Long.toString(pid(container)));
    }

    private URI portForwardUrl(String pod) {
        return URI.create(node.runtime()
                .portForward(PortForwardRequest.newBuilder()
                        .setPodSandboxId(pod)
                        .addPort(8080)
                        .build())
                .getUrl());
    }

    @Test
    void aCrashOfTheDaemonIsNoticedByNoContainer() throws Exception {
        String pod = runPod("crash");
        String stays = run(pod, "crash", CriNode.shell("stays", FOREVER));
        String waits = "while [ ! -e /shared/go ]; do sleep 0.02; done; echo bye; exit 42";
        ContainerConfig.Builder config = CriNode.shell("exits", waits);
        config.addMountsBuilder()
                .setContainerPath("/shared")
                .setHostPath(node.shared().toString());
        String exits = run(pod, "crash", config);
        Path process = Path.of("/proc", Long.toString(pid(exits)));

        node.crash();
        Files.createFile(node.shared().resolve("go"));
        CriNode.await("the container to exit without a daemon", () -> Files.notExists(process));
        node.restart();

        ContainerStatus exited = node.status(exits);
        assertThat(exited.getState()).isEqualTo(ContainerState.CONTAINER_EXITED);
        assertThat(exited.getExitCode()).isEqualTo(42);
        assertThat(exited.getFinishedAt()).isGreaterThan(exited.getStartedAt());
        assertThat(Files.readString(node.log("crash", "exits"))).endsWith(" stdout F bye\n");
        assertThat(node.status(stays).getState()).isEqualTo(ContainerState.CONTAINER_RUNNING);
        assertThat(node.exec(stays, "echo", "still here").getStdout().toStringUtf8())
                .isEqualTo("still here\n");
        assertThat(node.pods())
                .singleElement()
                .extracting(PodSandbox::getState)
                .isEqualTo(PodSandboxState.SANDBOX_READY);
    }

    @Test
    void sigtermLeavesPodsRunning() throws Exception {
        String pod = runPod("term");
        String container = run(pod, "term", CriNode.shell("main", FOREVER));
        long pid = pid(container);

        assertThat(node.end()).isIn(0, 143);
        assertThat(Path.of("/proc", Long.toString(pid))).exists();
        node.restart();

        assertThat(node.status(container).getState()).isEqualTo(ContainerState.CONTAINER_RUNNING);
        assertThat(pid(container)).isEqualTo(pid);
        stop(container);
        node.runtime()
                .stopPodSandbox(
                        StopPodSandboxRequest.newBuilder().setPodSandboxId(pod).build());
        assertThat(node.pods())
                .singleElement()
                .extracting(PodSandbox::getState)
                .isEqualTo(PodSandboxState.SANDBOX_NOTREADY);
    }

    private String runPod(String name) {
        String id = node.runPod(name);
        ids.add(id);
        return id;
    }

    private String create(String pod, String podName, ContainerConfig.Builder config) {
        String id = node.create(pod, podName, config);
        ids.add(id);
        return id;
    }

    private String run(String pod, String podName, ContainerConfig.Builder config) {
        String id = create(pod, podName, config);
        node.start(id);
        return id;
    }

    private void stop(String container) {
        node.runtime()
                .stopContainer(StopContainerRequest.newBuilder()
                        .setContainerId(container)
                        .build());
    }

    private void remove(String pod) {
        node.removePods();
        assertThat(node.pods()).extracting(PodSandbox::getId).doesNotContain(pod);
    }

    private long pid(String container) {
        Matcher found = PID.matcher(node.info(container));
        assertThat(found.find()).isTrue();
        return Long.parseLong(found.group(1));
    }
}
