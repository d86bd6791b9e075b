package io.windlass.cri.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Forwarded connections, with a pod whose side the test plays. */
class PortForwardTest {
    private static final int MORE_THAN_STREAMS_AT_A_TIME = 600;

    private final FakeBackend backend = new FakeBackend();
    private final ServerSocket pod = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final StreamingServer server = StreamingServer.start(FakeBackend.settings(Duration.ofMinutes(1)), backend);

    PortForwardTest() throws IOException {
        pod.setSoTimeout(10_000);
        backend.pod = Optional.of((InetSocketAddress) pod.getLocalSocketAddress());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        pod.close();
    }

    @Test
    void each_side_may_go_on_after_the_other_has_ended() throws IOException {
        try (SpdyClient client = open()) {
            int data = forward(client, 0);
            client.send(data, "question", true);
            try (Socket inPod = accept()) {
                assertThat(inPod.getInputStream().readAllBytes()).asString().isEqualTo("question");
                inPod.getOutputStream().write("answer".getBytes(StandardCharsets.UTF_8));
            }
            client.awaitEnd(data);
            assertThat(client.text(data)).isEqualTo("answer");
        }
    }

    @Test
    void one_connection_forwards_more_one_after_another_than_it_may_at_a_time() throws IOException {
        try (SpdyClient client = open()) {
            for (int i = 0; i < MORE_THAN_STREAMS_AT_A_TIME; i++) {
                int data = forward(client, i);
                client.send(data, "", true);
                accept().close();
                client.awaitEnd(data);
                assertThat(client.refused(data)).as("stream %s", i).isFalse();
            }
        }
    }

    @Test
    void a_pod_that_keeps_silent_is_told_when_the_client_goes() throws IOException {
        SpdyClient client = open();
        forward(client, 0);
        try (Socket inPod = accept()) {
            client.close();
            assertThat(inPod.getInputStream().read()).isEqualTo(-1);
            assertThat(broken(inPod)).isTrue();
        }
    }

    @Test
    void a_pod_that_keeps_silent_is_told_when_the_client_gives_its_stream_up() throws IOException {
        try (SpdyClient client = open()) {
            int data = forward(client, 0);
            try (Socket inPod = accept()) {
                client.reset(data);
                assertThat(inPod.getInputStream().read()).isEqualTo(-1);
                assertThat(broken(inPod)).isTrue();
            }
        }
    }

    @Test
    void channels_without_a_port_are_refused_with_the_field() throws Exception {
        URI url = server.issue(new StreamRequest.PortForward("pod", List.of()));
        String answer = upgrade(url, "v5.channel.k8s.io");
        assertThat(answer).startsWith("HTTP/1.1 400").contains("field port of the request is empty");
    }

    @Test
    void a_request_without_an_upgrade_is_refused() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(server.issue(new StreamRequest.PortForward("pod", List.of(1))))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("needs an upgrade");
        }
    }

    private String upgrade(URI url, String protocol) throws IOException {
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET " + url.getPath()
                                    + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                                    + "Sec-WebSocket-Protocol: " + protocol + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Whether nobody reads what the pod sends: the connection is not only half closed. */
    private static boolean broken(Socket inPod) {
        for (int i = 0; i < 1000; i++) {
            try {
                inPod.getOutputStream().write(new byte[1 << 16]);
            } catch (IOException e) {
                return true;
            }
        }
        return false;
    }

    private Socket accept() throws IOException {
        Socket accepted = pod.accept();
        accepted.setSoTimeout(10_000);
        return accepted;
    }

    private SpdyClient open() throws IOException {
        return new SpdyClient(server.issue(new StreamRequest.PortForward("pod", List.of())), SpdyPortForward.PROTOCOL);
    }

    private static int forward(SpdyClient client, int request) throws IOException {
        Map<String, String> about = Map.of("port", "81", "requestid", Integer.toString(request));
        int error = client.open(with(about, "error"));
        client.send(error, "", true);
        return client.open(with(about, "data"));
    }

    private static Map<String, String> with(Map<String, String> headers, String type) {
        return Map.of(
                "streamtype",
                type,
                "port",
                headers.getOrDefault("port", ""),
                "requestid",
                headers.getOrDefault("requestid", ""));
    }
}
