package io.windlass.cri.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.cri.config.StreamingSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpdyStreamingTest {
    private final FakeBackend backend = new FakeBackend();
    private final StreamingServer server = StreamingServer.start(FakeBackend.settings(Duration.ofMinutes(1)), backend);

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void the_newest_protocol_that_both_speak_is_chosen() throws IOException {
        try (SpdyClient client =
                exec(List.of("exit", "0"), false, false, "v9.unknown, v3.channel.k8s.io, channel.k8s.io")) {
            assertThat(client.answer())
                    .startsWith("HTTP/1.1 101")
                    .containsIgnoringCase("x-stream-protocol-version: v3.channel.k8s.io");
        }
    }

    @Test
    void an_address_in_use_is_refused_with_the_key_to_change() {
        assertThatThrownBy(() -> StreamingServer.start(
                        new StreamingSettings(server.address(), Duration.ofMinutes(1), Optional.empty()), backend))
                .hasMessageContaining("cannot listen for streams at ")
                .hasMessageEndingWith("; set [streaming] address to a free one");
    }

    @Test
    void unknown_protocols_are_refused_by_name() throws IOException {
        try (SpdyClient client = exec(List.of("exit", "0"), false, false, "v9.unknown")) {
            assertThat(client.answer()).startsWith("HTTP/1.1 403");
        }
    }

    @Test
    void output_and_exit_code_arrive_on_their_streams() throws IOException {
        try (SpdyClient client = exec(List.of("exit", "3"), false, false, "v4.channel.k8s.io")) {
            int error = client.open(Map.of("streamtype", "error"));
            int stdout = client.open(Map.of("streamtype", "stdout"));
            int stderr = client.open(Map.of("streamtype", "stderr"));
            client.awaitEnd(error, stdout, stderr);
            assertThat(client.accepted(error)).isTrue();
            assertThat(client.text(stdout)).isEqualTo("out\n");
            assertThat(client.text(stderr)).isEqualTo("err\n");
            assertThat(client.text(error)).contains("NonZeroExitCode").contains("\"message\":\"3\"");
        }
    }

    @Test
    void the_end_of_stdin_reaches_the_process() throws IOException {
        try (SpdyClient client = exec(List.of("echo"), true, false, "v4.channel.k8s.io")) {
            int error = client.open(Map.of("streamtype", "error"));
            int stdin = client.open(Map.of("streamtype", "stdin"));
            int stdout = client.open(Map.of("streamtype", "stdout"));
            client.open(Map.of("streamtype", "stderr"));
            client.send(stdin, "hello ", false);
            client.send(stdin, "windlass", true);
            client.awaitEnd(error, stdout);
            assertThat(client.text(stdout)).isEqualTo("hello windlass");
            assertThat(client.text(error)).isEqualTo("{\"metadata\":{},\"status\":\"Success\"}");
        }
    }

    @Test
    void terminal_sizes_reach_the_process() throws Exception {
        try (SpdyClient client = exec(List.of("echo"), true, true, "v4.channel.k8s.io")) {
            client.open(Map.of("streamtype", "error"));
            client.open(Map.of("streamtype", "stdin"));
            client.open(Map.of("streamtype", "stdout"));
            int resize = client.open(Map.of("streamtype", "resize"));
            client.send(resize, "{\"Width\":120,\"Height\":40}", false);
            assertThat(backend.resizes.poll(10, TimeUnit.SECONDS)).isEqualTo("120x40");
        }
    }

    @Test
    void a_stream_that_was_not_asked_for_is_refused() throws IOException {
        try (SpdyClient client = exec(List.of("echo"), false, false, "v4.channel.k8s.io")) {
            int stdin = client.open(Map.of("streamtype", "stdin"));
            client.awaitEnd(stdin);
            assertThat(client.refused(stdin)).isTrue();
        }
    }

    @Test
    void large_output_arrives_whole_without_window_updates() throws IOException {
        try (SpdyClient client = exec(List.of("flood", "20000000"), false, false, "v4.channel.k8s.io")) {
            int error = client.open(Map.of("streamtype", "error"));
            int stdout = client.open(Map.of("streamtype", "stdout"));
            client.open(Map.of("streamtype", "stderr"));
            client.awaitEnd(error, stdout);
            assertThat(client.text(stdout)).hasSize(20_000_000);
        }
    }

    @Test
    void a_port_that_nobody_listens_on_is_told_on_the_error_stream() throws IOException {
        try (SpdyClient client = new SpdyClient(
                server.issue(new StreamRequest.PortForward("pod", List.of())), SpdyPortForward.PROTOCOL)) {
            int error = client.open(Map.of("streamtype", "error", "port", "81", "requestid", "0"));
            int data = client.open(Map.of("streamtype", "data", "port", "81", "requestid", "0"));
            client.awaitEnd(error, data);
            assertThat(client.text(error)).contains("cannot forward to port 81").contains("connection refused");
        }
    }

    private SpdyClient exec(List<String> command, boolean stdin, boolean tty, String protocols) throws IOException {
        return new SpdyClient(server.issue(new StreamRequest.Exec("c", command, tty, stdin, true, !tty)), protocols);
    }
}
