package io.windlass.nri.ttrpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.windlass.nri.ttrpc.RpcException.Reason;
import io.windlass.proto.ttrpc.Request;
import io.windlass.proto.ttrpc.Response;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Calls the peer of one connection. Thread-safe. */
public final class RpcClient {
    /** The longest call, with the names that it carries. */
    public static final int LONGEST = Frame.MAXIMUM;

    private final Trunk trunk;
    private final int connection;
    private final Runnable onEnd;
    private final InputStream answers;
    private int nextStream = 1;
    private final Map<Integer, CompletableFuture<Response>> waiting = new ConcurrentHashMap<>();
    private volatile boolean ended;

    /** @param onEnd runs once, when no more answers can come */
    public RpcClient(Trunk trunk, int connection, Runnable onEnd) {
        this.trunk = trunk;
        this.connection = connection;
        this.onEnd = onEnd;
        this.answers = trunk.open(connection);
    }

    /** Begins to read answers. */
    public void start(String name) {
        Thread.ofVirtual().name(name).start(this::read);
    }

    /** Sends a request and waits for its answer, {@code timeout} at most. */
    public <T> T call(String service, String method, Message request, Parser<T> parser, Duration timeout)
            throws RpcException, InterruptedException {
        byte[] data = Request.newBuilder()
                .setService(service)
                .setMethod(method)
                .setPayload(request.toByteString())
                .setTimeoutNano(timeout.toNanos())
                .build()
                .toByteArray();
        if (data.length > Frame.MAXIMUM) {
            throw new RpcException(
                    Reason.TOO_LONG, "a request of " + data.length + " bytes, more than " + Frame.MAXIMUM);
        }
        return parse(method, exchange(method, data, timeout), parser);
    }

    private ByteString exchange(String method, byte[] data, Duration timeout)
            throws RpcException, InterruptedException {
        CompletableFuture<Response> answer = new CompletableFuture<>();
        int stream = 0;
        try {
            stream = send(data, answer);
            if (ended) {
                throw new RpcException(Reason.CLOSED, "the connection is closed");
            }
            Response response = answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            if (response.getStatus().getCode() != 0) {
                throw RpcException.of(response.getStatus());
            }
            return response.getPayload();
        } catch (TimeoutException e) {
            throw new RpcException(Reason.TIMEOUT, "no answer to " + method + " within " + timeout.toMillis() + " ms");
        } catch (IOException e) {
            throw new RpcException(Reason.CLOSED, "cannot send " + method + ": " + e.getMessage());
        } catch (ExecutionException e) {
            throw new RpcException(Reason.CLOSED, "the connection was closed during " + method);
        } finally {
            waiting.remove(stream);
        }
    }

    /** Peers take only numbers that grow, so each is sent before the next is taken. */
    private synchronized int send(byte[] data, CompletableFuture<Response> answer) throws IOException {
        int stream = nextStream;
        nextStream += 2;
        waiting.put(stream, answer);
        try {
            trunk.send(connection, new Frame(stream, Frame.REQUEST, (byte) 0, data).bytes());
        } catch (IOException e) {
            waiting.remove(stream);
            throw e;
        }
        return stream;
    }

    private static <T> T parse(String method, ByteString payload, Parser<T> parser) throws RpcException {
        try {
            return parser.parseFrom(payload);
        } catch (InvalidProtocolBufferException e) {
            throw new RpcException(Reason.CLOSED, "an answer to " + method + " that cannot be read: " + e.getMessage());
        }
    }

    private void read() {
        try (DataInputStream in = new DataInputStream(answers)) {
            while (true) {
                Frame frame = Frame.read(in);
                CompletableFuture<Response> answer = waiting.get(frame.stream());
                if (frame.type() == Frame.RESPONSE && answer != null) {
                    answer.complete(Response.parseFrom(frame.data()));
                }
            }
        } catch (IOException e) {
            end(e);
        }
    }

    private void end(IOException reason) {
        ended = true;
        waiting.values().forEach(answer -> answer.completeExceptionally(reason));
        trunk.close();
        onEnd.run();
    }
}
