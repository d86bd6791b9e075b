package io.windlass.cri.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WebSocketStreamingTest {
    private final FakeBackend backend = new FakeBackend();
    private final StreamingServer server = StreamingServer.start(FakeBackend.settings(Duration.ofMinutes(1)), backend);
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        http.close();
        server.close();
    }

    @Test
    void output_and_exit_code_arrive_on_their_channels() throws Exception {
        Client client = open(exec(List.of("exit", "3"), false), "v5.channel.k8s.io");
        client.closed.get(10, TimeUnit.SECONDS);
        assertThat(client.text(1)).isEqualTo("out\n");
        assertThat(client.text(2)).isEqualTo("err\n");
        assertThat(client.text(3))
                .contains("\"status\":\"Failure\"")
                .contains("\"reason\":\"NonZeroExitCode\"")
                .contains("\"message\":\"3\"");
    }

    @Test
    void stdin_is_forwarded_and_its_close_reaches_the_process() throws Exception {
        Client client = open(exec(List.of("echo"), true), "v5.channel.k8s.io");
        client.send(0, "hello ");
        client.send(0, "windlass");
        client.socket
                .sendBinary(ByteBuffer.wrap(new byte[] {(byte) 255, 0}), true)
                .get(10, TimeUnit.SECONDS);
        client.closed.get(10, TimeUnit.SECONDS);
        assertThat(client.text(1)).isEqualTo("hello windlass");
        assertThat(client.text(3)).isEqualTo("{\"metadata\":{},\"status\":\"Success\"}");
    }

    @Test
    void terminal_sizes_reach_the_process() throws Exception {
        Client client = open(exec(List.of("echo"), true), "v4.channel.k8s.io");
        client.send(4, "{\"Width\":120,\"Height\":40}");
        assertThat(backend.resizes.poll(10, TimeUnit.SECONDS)).isEqualTo("120x40");
        client.socket.abort();
    }

    @Test
    void a_command_that_cannot_start_is_a_failure_on_the_error_channel() throws Exception {
        Client client = open(exec(List.of("nonsense"), false), "v5.channel.k8s.io");
        client.closed.get(10, TimeUnit.SECONDS);
        assertThat(client.text(3)).contains("InternalError").contains("cannot exec nonsense: no such file");
    }

    @Test
    void large_output_arrives_whole() throws Exception {
        Client client = open(exec(List.of("flood", "20000000"), false), "v5.channel.k8s.io");
        client.closed.get(30, TimeUnit.SECONDS);
        assertThat(client.sizes.get(1)).isEqualTo(20_000_000L);
    }

    @Test
    void a_url_is_good_once() throws Exception {
        URI url = server.issue(exec(List.of("exit", "0"), false));
        open(url, "v5.channel.k8s.io").closed.get(10, TimeUnit.SECONDS);
        assertThatThrownBy(() -> open(url, "v5.channel.k8s.io"))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refused ->
                                assertThat(refused.getResponse().statusCode()).isEqualTo(404));
    }

    private static StreamRequest exec(List<String> command, boolean stdin) {
        return new StreamRequest.Exec("c", command, false, stdin, true, true);
    }

    private Client open(StreamRequest request, String protocol) {
        return open(server.issue(request), protocol);
    }

    private Client open(URI url, String protocol) {
        Client client = new Client();
        client.socket = http.newWebSocketBuilder()
                .subprotocols(protocol)
                .buildAsync(URI.create(url.toString().replaceFirst("http", "ws")), client)
                .join();
        assertThat(client.socket.getSubprotocol()).isEqualTo(protocol);
        return client;
    }

    /** Collects what arrives by channel. */
    private static final class Client implements WebSocket.Listener {
        private final Map<Integer, StringBuilder> texts = new HashMap<>();
        private final Map<Integer, Long> sizes = new HashMap<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private int channel = -1;

        @SuppressWarnings("NullAway.Init")
        private WebSocket socket;

        void send(int number, String text) throws Exception {
            byte[] data = text.getBytes(StandardCharsets.UTF_8);
            ByteBuffer message = ByteBuffer.allocate(data.length + 1)
                    .put((byte) number)
                    .put(data)
                    .flip();
            socket.sendBinary(message, true).get(10, TimeUnit.SECONDS);
        }

        String text(int number) {
            return texts.getOrDefault(number, new StringBuilder()).toString();
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
            if (channel < 0) {
                channel = data.get();
            }
            sizes.merge(channel, (long) data.remaining(), Long::sum);
            if (data.remaining() < 10_000) {
                texts.computeIfAbsent(channel, _ -> new StringBuilder()).append(StandardCharsets.UTF_8.decode(data));
            }
            if (last) {
                channel = -1;
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int status, String reason) {
            closed.complete(status);
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            closed.completeExceptionally(error);
        }
    }
}
