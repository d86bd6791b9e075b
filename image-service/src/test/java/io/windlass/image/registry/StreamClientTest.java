package io.windlass.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.image.hosts.Access;
import io.windlass.image.testing.FakeRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamClientTest {
    private final StallWatch stalls = new StallWatch(Duration.ofSeconds(20));

    @AfterEach
    void stopTheClock() {
        stalls.close();
    }

    @Test
    void answersAreGivenAsTheyCame() throws IOException {
        try (FakeRegistry server = new FakeRegistry();
                HttpTransport transport = new HttpTransport(stalls)) {
            server.replace("/x", new byte[] {1, 2, 3});

            HttpResponse<InputStream> answer =
                    transport.stream(Access.DEFAULT, URI.create("http://" + server.host() + "/x"), Map.of());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-length")).contains("3");
            assertThat(answer.request().method()).isEqualTo("GET");
            assertThat(answer.body().readAllBytes()).containsExactly(1, 2, 3);
            answer.body().close();
        }
    }

    @Test
    void aRefusalIsAnAnswer() throws IOException {
        try (FakeRegistry server = new FakeRegistry();
                HttpTransport transport = new HttpTransport(stalls)) {
            HttpResponse<InputStream> answer =
                    transport.stream(Access.DEFAULT, URI.create("http://" + server.host() + "/none"), Map.of());

            assertThat(answer.statusCode()).isEqualTo(404);
            answer.body().close();
        }
    }

    @Test
    void aBodyThatIsReadToItsEndLeavesItsConnectionToTheNext() throws Exception {
        try (ServerSocket listener = listener();
                HttpTransport transport = new HttpTransport(stalls)) {
            // It accepts one connection only: a second one would get no answer.
            Thread _ = Thread.ofVirtual()
                    .start(() -> serve(listener, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 2));
            URI uri = URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/x");

            for (int i = 0; i < 2; i++) {
                HttpResponse<InputStream> answer = transport.stream(Access.DEFAULT, uri, Map.of());
                assertThat(answer.body().readAllBytes())
                        .asString(StandardCharsets.US_ASCII)
                        .isEqualTo("ok");
                answer.body().close();
            }
        }
    }

    @Test
    void aBodyThatIsClosedEarlyIsNotReadToItsEnd() throws Exception {
        try (ServerSocket listener = listener();
                HttpTransport transport = new HttpTransport(stalls)) {
            CompletableFuture<Boolean> ended = new CompletableFuture<>();
            Thread _ = Thread.ofVirtual().start(() -> ended.complete(sendUntilClosed(listener)));
            HttpResponse<InputStream> answer = transport.stream(
                    Access.DEFAULT, URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/x"), Map.of());
            assertThat(answer.body().read()).isEqualTo('x');

            answer.body().close();

            assertThat(ended.get(20, TimeUnit.SECONDS))
                    .as("the server's connection is closed")
                    .isTrue();
        }
    }

    @Test
    void anInterruptFreesTheThreadThatWaitsForBytes() throws Exception {
        try (ServerSocket listener = listener();
                HttpTransport transport = new HttpTransport(stalls)) {
            CompletableFuture<Thread> reading = new CompletableFuture<>();
            CompletableFuture<Throwable> failure = new CompletableFuture<>();
            Thread _ = Thread.ofVirtual()
                    .start(() -> serve(listener, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx", 1));
            Thread reader = Thread.ofPlatform().start(() -> {
                try {
                    HttpResponse<InputStream> answer = transport.stream(
                            Access.DEFAULT, URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/x"), Map.of());
                    answer.body().read();
                    reading.complete(Thread.currentThread());
                    failure.complete(new AssertionError("read " + answer.body().read()));
                } catch (Throwable e) {
                    failure.complete(e);
                }
            });

            reading.get(20, TimeUnit.SECONDS).interrupt();

            assertThat(failure.get(20, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
            reader.join();
        }
    }

    @Test
    void aServerThatIsNotThereIsToldAsSuch() throws IOException {
        int port;
        try (ServerSocket closed = listener()) {
            port = closed.getLocalPort();
        }
        try (HttpTransport transport = new HttpTransport(stalls)) {
            URI uri = URI.create("http://127.0.0.1:" + port + "/x");
            assertThatThrownBy(() -> transport.stream(Access.DEFAULT, uri, Map.of()))
                    .isInstanceOf(Fault.class)
                    .hasMessageContaining("connection refused");
            URI nowhere = URI.create("http://nowhere.invalid/x");
            assertThatThrownBy(() -> transport.stream(Access.DEFAULT, nowhere, Map.of()))
                    .isInstanceOf(Fault.class)
                    .hasMessageContaining("the host name cannot be resolved");
        }
    }

    @Test
    void aServerThatFallsSilentIsBrokenOff() throws Exception {
        try (StallWatch impatient = new StallWatch(Duration.ofMillis(200));
                ServerSocket listener = listener();
                HttpTransport transport = new HttpTransport(impatient)) {
            Thread _ = Thread.ofVirtual()
                    .start(() -> serve(listener, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx", 1));
            HttpResponse<InputStream> answer = transport.stream(
                    Access.DEFAULT, URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/x"), Map.of());

            assertThatThrownBy(() -> answer.body().readAllBytes())
                    .isInstanceOf(StallWatch.Stalled.class)
                    .hasMessageContaining("next to nothing came");
            answer.body().close();
        }
    }

    private static ServerSocket listener() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    /** Answers so many requests over one connection, and then leaves it open until the client closes it. */
    private static void serve(ServerSocket listener, String answer, int times) {
        try (Socket client = listener.accept()) {
            for (int i = 0; i < times; i++) {
                readHead(client);
                client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            }
            client.getInputStream().read();
        } catch (IOException e) {
            // The client closed it.
        }
    }

    private static boolean sendUntilClosed(ServerSocket listener) {
        try (Socket client = listener.accept()) {
            readHead(client);
            client.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            byte[] chunk = "x".repeat(4096).getBytes(StandardCharsets.US_ASCII);
            while (true) {
                client.getOutputStream().write(chunk);
            }
        } catch (IOException closed) {
            return true;
        }
    }

    private static void readHead(Socket client) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = client.getInputStream().read();
            if (next < 0) {
                throw new IOException("closed");
            }
            head.append((char) next);
        }
    }
}
