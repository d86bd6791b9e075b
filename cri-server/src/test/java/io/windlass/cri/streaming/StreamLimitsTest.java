package io.windlass.cri.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a session may hold and how long it may be silent. */
class StreamLimitsTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final long GIBIBYTE = 1L << 30;

    /** The socket's buffers at both ends, Netty's high-water mark and what is under way; measured: 3 to 6 MiB. */
    private static final long BUFFERED = 16 << 20;

    private final FakeBackend backend = new FakeBackend();

    @Test
    void a_gibibyte_for_a_client_that_does_not_read_stays_where_it_is() throws Exception {
        try (StreamingServer server = StreamingServer.start(FakeBackend.settings(Duration.ofMinutes(1)), backend);
                SpdyClient client = exec(server, "flood", Long.toString(GIBIBYTE))) {
            openOutputs(client);
            assertThat(outputReadUntilItStops()).isPositive().isLessThan(BUFFERED);
        }
    }

    private long outputReadUntilItStops() throws InterruptedException {
        long before;
        long now = 0;
        do {
            before = now;
            Thread.sleep(SHORT);
            now = backend.outputRead.get();
        } while (now == 0 || now != before);
        return now;
    }

    @Test
    void a_silent_exec_is_closed_after_the_idle_timeout() throws Exception {
        try (StreamingServer server = StreamingServer.start(FakeBackend.settings(SHORT), backend);
                SpdyClient client = exec(server, "echo")) {
            openOutputs(client);
            client.awaitClose();
        }
    }

    @Test
    void a_silent_attach_is_closed_after_the_idle_timeout() throws Exception {
        try (StreamingServer server = StreamingServer.start(FakeBackend.settings(SHORT), backend);
                SpdyClient client = new SpdyClient(
                        server.issue(new StreamRequest.Attach("c", false, false, true, true)), "v4.channel.k8s.io")) {
            openOutputs(client);
            client.awaitClose();
        }
    }

    @Test
    void a_silent_forward_is_closed_after_the_idle_timeout() throws Exception {
        try (ServerSocket pod = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                StreamingServer server = StreamingServer.start(FakeBackend.settings(SHORT), backend)) {
            backend.pod = Optional.of((InetSocketAddress) pod.getLocalSocketAddress());
            try (SpdyClient client = new SpdyClient(
                    server.issue(new StreamRequest.PortForward("pod", List.of())), SpdyPortForward.PROTOCOL)) {
                client.open(Map.of("streamtype", "error", "port", "81", "requestid", "0"));
                client.open(Map.of("streamtype", "data", "port", "81", "requestid", "0"));
                client.awaitClose();
            }
            try (Socket inPod = pod.accept()) {
                inPod.setSoTimeout(10_000);
                assertThat(inPod.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void a_connection_that_asks_for_nothing_is_closed_after_the_idle_timeout() throws Exception {
        try (StreamingServer server = StreamingServer.start(FakeBackend.settings(SHORT), backend);
                Socket socket = new Socket(
                        server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout(10_000);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void a_session_over_which_something_passes_stays() throws Exception {
        try (StreamingServer server = StreamingServer.start(FakeBackend.settings(SHORT), backend);
                SpdyClient client = new SpdyClient(
                        server.issue(new StreamRequest.Exec("c", List.of("echo"), false, true, true, true)),
                        "v4.channel.k8s.io")) {
            int error = client.open(Map.of("streamtype", "error"));
            int stdin = client.open(Map.of("streamtype", "stdin"));
            int stdout = client.open(Map.of("streamtype", "stdout"));
            client.open(Map.of("streamtype", "stderr"));
            for (int i = 0; i < 8; i++) {
                client.send(stdin, "x", false);
                Thread.sleep(SHORT.toMillis() / 4);
            }
            client.send(stdin, "", true);
            client.awaitEnd(error, stdout);
            assertThat(client.text(stdout)).isEqualTo("xxxxxxxx");
        }
    }

    private static SpdyClient exec(StreamingServer server, String... command) throws IOException {
        URI url = server.issue(new StreamRequest.Exec("c", List.of(command), false, false, true, true));
        return new SpdyClient(url, "v4.channel.k8s.io");
    }

    private static void openOutputs(SpdyClient client) throws IOException {
        client.open(Map.of("streamtype", "error"));
        client.open(Map.of("streamtype", "stdout"));
        client.open(Map.of("streamtype", "stderr"));
    }
}
