package io.windlass.cri.streaming;

import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Port-forward over SPDY: for each forwarded connection the client opens a pair of streams, one for errors and one for data,
 * with the same {@code requestid} and {@code port} headers. Used by one event loop.
 */
final class SpdyPortForward implements SpdyConnection.Listener {
    static final String PROTOCOL = "portforward.k8s.io";

    private static final int HIGHEST_PORT = 65535;
    private static final int MOST_INCOMPLETE = 100;

    private final StreamRequest.PortForward request;
    private final StreamBackend backend;
    private final ClientWriter writer;
    private final ThreadFactory threads;
    private final Map<String, Pair> incomplete = new HashMap<>();

    SpdyPortForward(
            StreamRequest.PortForward request, StreamBackend backend, ClientWriter writer, ThreadFactory threads) {
        this.request = request;
        this.backend = backend;
        this.writer = writer;
        this.threads = threads;
    }

    @Override
    public boolean opened(SpdyStream stream) {
        int port = port(stream.header("port"));
        String type = stream.header("streamtype");
        if (port < 0 || incomplete.size() >= MOST_INCOMPLETE || !(type.equals("error") || type.equals("data"))) {
            return false;
        }
        Pair pair = incomplete.computeIfAbsent(pairId(stream, type), _ -> new Pair());
        if (type.equals("error")) {
            pair.error = stream;
        } else {
            pair.data = stream;
        }
        SpdyStream error = pair.error;
        SpdyStream data = pair.data;
        if (error != null && data != null) {
            incomplete.values().remove(pair);
            threads.newThread(
                            new PortSession(backend, request.podSandboxId(), port, new StreamPair(error, data, writer)))
                    .start();
        }
        return true;
    }

    /** Old clients send no request id: they open the error stream first and the data stream, two ids later, at once. */
    private static String pairId(SpdyStream stream, String type) {
        String requestId = stream.header("requestid");
        if (!requestId.isEmpty()) {
            return requestId;
        }
        return "stream-" + (type.equals("error") ? stream.id() : stream.id() - 2);
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            return port > 0 && port <= HIGHEST_PORT ? port : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static final class Pair {
        private @Nullable SpdyStream error;
        private @Nullable SpdyStream data;
    }

    private record StreamPair(SpdyStream error, SpdyStream stream, ClientWriter writer) implements PortSession.Peer {
        @Override
        public ClientInput input() {
            return stream.input();
        }

        @Override
        public void onGone(Runnable action) {
            stream.onReset(action);
        }

        @Override
        public void data(ByteBuffer bytes) {
            stream.write(Unpooled.wrappedBuffer(bytes));
        }

        @Override
        public void finish(String failure) {
            writer.write(error.last(failure.getBytes(StandardCharsets.UTF_8)));
            writer.write(stream.last(new byte[0]));
        }
    }
}
