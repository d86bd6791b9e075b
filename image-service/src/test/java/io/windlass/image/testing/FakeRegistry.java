package io.windlass.image.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.windlass.image.reference.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A registry inside the test that can also misbehave: it notes each request, and a test may answer any of them itself. */
public final class FakeRegistry implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Reply> replies = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Behaviour behaviour = exchange -> false;

    public FakeRegistry() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    public String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    public URI url() {
        return URI.create("http://" + host());
    }

    /** Serves an image under a tag and its digest. */
    public void add(String repository, String tag, ImageBuilder.Built image) {
        addManifest(repository, tag, image.mediaType(), image.manifest());
        image.blobs()
                .forEach((digest, content) -> replies.put(
                        "/v2/" + repository + "/blobs/" + digest, new Reply("application/octet-stream", content)));
    }

    public void addManifest(String repository, String tag, String mediaType, byte[] content) {
        Reply reply = new Reply(mediaType, content);
        replies.put("/v2/" + repository + "/manifests/" + tag, reply);
        replies.put("/v2/" + repository + "/manifests/" + Digest.sha256(content), reply);
    }

    /** Serves other bytes than those that belong at this path. */
    public void replace(String path, byte[] content) {
        replies.put(path, new Reply("application/octet-stream", content));
    }

    /** Lets a test answer requests before the registry does. */
    public void behave(Behaviour newBehaviour) {
        behaviour = newBehaviour;
    }

    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** How often a path that ends so was asked for. */
    public long count(String pathEnd) {
        return requests.stream().filter(r -> r.path().endsWith(pathEnd)).count();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.add(new Request(
                    exchange.getRequestURI().getPath(),
                    String.valueOf(exchange.getRequestURI().getQuery()),
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")),
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range")),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            if (behaviour.answer(exchange)) {
                return;
            }
            Reply reply = replies.get(exchange.getRequestURI().getPath());
            if (reply == null) {
                answer(
                        exchange,
                        404,
                        "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}");
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", reply.contentType);
            int size = reply.content.length;
            int from = from(exchange);
            int length = end(exchange, size) - from;
            boolean part = length < size;
            if (part) {
                exchange.getResponseHeaders()
                        .set("Content-Range", "bytes " + from + "-" + (from + length - 1) + "/" + size);
            }
            exchange.sendResponseHeaders(part ? 206 : 200, length == 0 ? -1 : length);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(reply.content, from, length);
            }
        }
    }

    /** The first byte of the range that is asked for. */
    public static int from(HttpExchange exchange) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        return range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=([0-9]+)-.*", "$1"));
    }

    /** The byte after the last one of it. */
    public static int end(HttpExchange exchange, int size) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        return range == null || range.endsWith("-")
                ? size
                : Math.min(size, Integer.parseInt(range.replaceAll(".*-", "")) + 1);
    }

    public static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }

    /** What a client asked for. */
    public record Request(
            String path, String query, Optional<String> authorization, Optional<String> range, String body) {}

    /** Answers a request and says true, or leaves it to the registry. */
    @FunctionalInterface
    public interface Behaviour {
        boolean answer(HttpExchange exchange) throws IOException;
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Reply(String contentType, byte[] content) {}
}
