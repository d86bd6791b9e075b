package io.windlass.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.cri.streaming.SpdyClient;
import io.windlass.cri.v1.AttachRequest;
import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.CreateContainerRequest;
import io.windlass.cri.v1.ExecRequest;
import io.windlass.cri.v1.ExecSyncRequest;
import io.windlass.cri.v1.ExecSyncResponse;
import io.windlass.cri.v1.NamespaceMode;
import io.windlass.cri.v1.PodSandboxConfig;
import io.windlass.cri.v1.PortForwardRequest;
import io.windlass.cri.v1.RunPodSandboxRequest;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Commands in containers and connections with them, over the sockets of the built daemon. */
@RequiresRoot
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class CommandsOverTheSocketIT {
    private static final int CAP = 16 << 20;
    private static final long GIBIBYTE = 1L << 30;

    /** Pipe, shim, sockets and the daemon's own queues; measured: 2 to 8 MiB. */
    private static final long BUFFERED = 32L << 20;

    @TempDir
    private static Path folder;

    private CriNode node;
    private String pod;
    private String container;

    @BeforeAll
    void start() throws Exception {
        node = new CriNode(folder);
        node.pull();
        pod = node.runPod("commands");
        container = run(CriNode.shell("idle", "sleep 100000"));
    }

    @AfterAll
    void end() {
        node.removePods();
        node.close();
    }

    @Test
    void bothOutputsAreCutAt16Mebibytes() {
        ExecSyncResponse answer = node.runtime()
                .withMaxInboundMessageSize(3 * CAP)
                .execSync(ExecSyncRequest.newBuilder()
                        .setContainerId(container)
                        .addAllCmd(List.of(
                                "sh", "-c", "head -c 17000000 /dev/zero; head -c 17000000 /dev/zero >&2; exit 3"))
                        .setTimeout(15)
                        .build());
        assertThat(answer.getStdout().size()).isEqualTo(CAP);
        assertThat(answer.getStderr().size()).isEqualTo(CAP);
        assertThat(answer.getExitCode()).isEqualTo(3);
    }

    @Test
    void aChildThatHoldsTheOutputDoesNotHoldTheAnswerUp() {
        ExecSyncResponse answer = node.exec(container, "sh", "-c", "sleep 87654.1 & echo done; exit 5");
        assertThat(answer.getStdout().toStringUtf8()).isEqualTo("done\n");
        assertThat(answer.getExitCode()).isEqualTo(5);
        assertThat(Leftovers.processes("sleep 87654.1"))
                .as("what a command leaves running goes on")
                .isNotEmpty();
    }

    @Test
    void afterATimeoutNothingIsLeftWhateverItDidToGetAway() throws Exception {
        String mark = "sleep 76543.";
        String daemon = "setsid sh -c '(setsid " + mark + "1 & ) ; exec setsid " + mark + "2' & ";
        String ignoring = "sh -c 'trap : TERM HUP INT; " + mark + "3; " + mark + "4' & ";
        assertThatThrownBy(() -> node.runtime()
                        .execSync(ExecSyncRequest.newBuilder()
                                .setContainerId(container)
                                .addAllCmd(List.of("sh", "-c", daemon + ignoring + "(" + mark + "5 &) ; " + mark + "6"))
                                .setTimeout(1)
                                .build()))
                .hasMessageStartingWith("DEADLINE_EXCEEDED")
                .hasMessageContaining("has not ended after 1 s");
        CriNode.await("its processes to go", () -> Leftovers.processes(mark).isEmpty());
    }

    /** Not in the guest: a gibibyte takes minutes under emulation. */
    @Test
    @Tag("bulk")
    void aGibibyteForAClientThatDoesNotReadStaysInTheContainer() throws Exception {
        String command = "head -c " + GIBIBYTE + " /dev/zero";
        URI url = URI.create(node.runtime()
                .exec(ExecRequest.newBuilder()
                        .setContainerId(container)
                        .addAllCmd(List.of(command.split(" ")))
                        .setStdout(true)
                        .setStderr(true)
                        .build())
                .getUrl());
        long before = node.daemonMemory();
        try (SpdyClient client = node.network().call(() -> new SpdyClient(url, "v4.channel.k8s.io"))) {
            int error = client.open(Map.of("streamtype", "error"));
            int stdout = client.open(Map.of("streamtype", "stdout"));
            client.open(Map.of("streamtype", "stderr"));
            client.countOnly(stdout);
            assertThat(writtenUntilItStops(command)).isPositive().isLessThan(BUFFERED);
            client.awaitEnd(error, stdout);
            assertThat(client.count(stdout)).isEqualTo(GIBIBYTE);
            assertThat(client.text(error)).contains("Success");
        }
        assertThat(node.daemonMemory() - before).isLessThan(BUFFERED);
    }

    /** What the process has handed to the kernel (wchar of proc_pid_io(5)). */
    private static long writtenUntilItStops(String command) throws Exception {
        CriNode.await("the command", () -> !Leftovers.processes(command).isEmpty());
        Path io = Path.of(
                "/proc", Leftovers.processes(command).keySet().iterator().next().toString(), "io");
        long before;
        long now = 0;
        do {
            before = now;
            Thread.sleep(300);
            now = Files.readAllLines(io).stream()
                    .filter(line -> line.startsWith("wchar: "))
                    .mapToLong(line -> Long.parseLong(line.substring("wchar: ".length())))
                    .sum();
        } while (now == 0 || now != before);
        return now;
    }

    @Test
    void severalAttachedClientsSeeAllAndEachMayWrite() throws Exception {
        String script = "while :; do echo tick; sleep 0.05; done & while :; do cat; done";
        String shared = run(CriNode.shell("shared", script).setStdin(true));
        try (Attached first = attach(shared, false);
                Attached second = attach(shared, false)) {
            first.await("tick\n");
            second.await("tick\n");
            first.type("one\n");
            first.await("one\n");
            second.await("one\n");
            second.type("two\n");
            first.await("two\n");
            second.await("two\n");
            first.endInput();
        }
        try (Attached third = attach(shared, false)) {
            third.await("tick\n");
            third.type("three\n");
            third.await("three\n");
        }
    }

    @Test
    void withStdinOnceTheFirstClientsEndIsTheInputsEnd() throws Exception {
        String once = run(CriNode.shell("once", "cat; echo end").setStdin(true).setStdinOnce(true));
        try (Attached first = attach(once, false)) {
            first.type("word\n");
            first.await("word\n");
        }
        assertThat(node.awaitExit(once).getExitCode()).isZero();
        assertThat(Files.readString(node.log("commands", "once"))).contains(" stdout F end\n");
    }

    /** Until it is told a size, a terminal has none, and {@code stty} says so on it, on a slow machine before what is typed comes. */
    @Test
    void anAttachedTerminalHasTheClientsSizeAndEchoes() throws Exception {
        String tty = run(CriNode.shell(
                        "tty",
                        "until [ \"$(stty size 2>/dev/null)\" = '43 101' ]; do sleep 0.02; done; read line; echo got $line")
                .setStdin(true)
                .setTty(true));
        try (Attached client = attach(tty, true)) {
            client.resize(101, 43);
            client.type("typed\n");
            client.await("typed\r\ngot typed\r\n");
        }
        assertThat(node.awaitExit(tty).getExitCode()).isZero();
    }

    @Test
    void aPortOfAPodInTheNodesNetworkIsForwarded() throws Exception {
        PodSandboxConfig.Builder config = node.podConfig("host").toBuilder();
        config.clearHostname();
        config.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getNamespaceOptionsBuilder()
                .setNetwork(NamespaceMode.NODE);
        String host = node.runtime()
                .runPodSandbox(
                        RunPodSandboxRequest.newBuilder().setConfig(config).build())
                .getPodSandboxId();
        String server = node.runtime()
                .createContainer(CreateContainerRequest.newBuilder()
                        .setPodSandboxId(host)
                        .setConfig(hostNetwork(CriNode.shell("server", "nc -ll -p 8099 -e cat")))
                        .setSandboxConfig(config)
                        .build())
                .getContainerId();
        node.start(server);
        CriNode.await(
                "the server",
                () -> node.exec(server, "sh", "-c", "cat /proc/net/tcp /proc/net/tcp6")
                        .getStdout()
                        .toStringUtf8()
                        .contains(":1FA3 "));
        for (String protocol : Set.of("v4.channel.k8s.io", "v5.channel.k8s.io")) {
            URI url = URI.create(node.runtime()
                    .portForward(PortForwardRequest.newBuilder()
                            .setPodSandboxId(host)
                            .addPort(8099)
                            .build())
                    .getUrl());
            try (WebSocketClient client = node.network().call(() -> new WebSocketClient(url, protocol))) {
                client.send(0, "through the node");
                client.await(0, "through the node");
            }
        }
    }

    private static ContainerConfig.Builder hostNetwork(ContainerConfig.Builder config) {
        config.getLinuxBuilder()
                .getSecurityContextBuilder()
                .getNamespaceOptionsBuilder()
                .setNetwork(NamespaceMode.NODE);
        return config;
    }

    private String run(ContainerConfig.Builder config) {
        String id = node.create(pod, "commands", config);
        node.start(id);
        return id;
    }

    private Attached attach(String id, boolean tty) throws Exception {
        URI url = URI.create(node.runtime()
                .attach(AttachRequest.newBuilder()
                        .setContainerId(id)
                        .setStdin(true)
                        .setStdout(true)
                        .setTty(tty)
                        .build())
                .getUrl());
        return new Attached(node.network().call(() -> new SpdyClient(url, "v4.channel.k8s.io")), tty);
    }

    /** A client of a container's own streams. */
    private static final class Attached implements AutoCloseable {
        private final SpdyClient client;
        private final int stdin;
        private final int stdout;
        private final int resize;

        Attached(SpdyClient client, boolean tty) throws IOException {
            this.client = client;
            client.open(Map.of("streamtype", "error"));
            stdin = client.open(Map.of("streamtype", "stdin"));
            stdout = client.open(Map.of("streamtype", "stdout"));
            resize = tty ? client.open(Map.of("streamtype", "resize")) : 0;
            client.awaitAccepted(stdout);
        }

        void type(String text) throws IOException {
            client.send(stdin, text, false);
        }

        void endInput() throws IOException {
            client.send(stdin, "", true);
        }

        void resize(int columns, int rows) throws IOException {
            client.send(resize, "{\"Width\":" + columns + ",\"Height\":" + rows + "}", false);
        }

        void await(String text) throws IOException {
            client.awaitText(stdout, text);
        }

        @Override
        public void close() throws IOException {
            client.close();
        }
    }
}
