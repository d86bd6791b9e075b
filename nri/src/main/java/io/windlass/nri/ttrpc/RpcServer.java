package io.windlass.nri.ttrpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.windlass.fault.Fault;
import io.windlass.proto.ttrpc.Request;
import io.windlass.proto.ttrpc.Response;
import io.windlass.proto.ttrpc.Status;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/** Answers calls on one connection, each on a virtual thread of its own. Thread-safe once started. */
public final class RpcServer {
    private static final int INVALID_ARGUMENT = 3;
    private static final int UNKNOWN = 2;
    private static final int RESOURCE_EXHAUSTED = 8;
    private static final int UNIMPLEMENTED = 12;
    private static final int INTERNAL = 13;
    /** A peer that asks for more at a time is told to wait. */
    static final int AT_ONCE = 64;

    private static final System.Logger LOG = System.getLogger(RpcServer.class.getName());

    private final Trunk trunk;
    private final int connection;
    private final InputStream requests;
    private final Semaphore free = new Semaphore(AT_ONCE);
    private final Map<String, Method<?>> methods = new ConcurrentHashMap<>();

    public RpcServer(Trunk trunk, int connection) {
        this.trunk = trunk;
        this.connection = connection;
        this.requests = trunk.open(connection);
    }

    /** Has {@code handler} answer a method; a {@link Fault} of it becomes the caller's error. */
    public <T> RpcServer on(String service, String method, Parser<T> parser, Function<T, Message> handler) {
        methods.put(service + "/" + method, new Method<>(parser, handler));
        return this;
    }

    public void start(String name) {
        Thread.ofVirtual().name(name).start(this::read);
    }

    private void read() {
        try (DataInputStream in = new DataInputStream(requests)) {
            while (true) {
                Frame frame = Frame.read(in);
                if (frame.type() != Frame.REQUEST) {
                    throw new IOException("a ttrpc message of type " + frame.type() + " where a request was due");
                }
                accept(frame.stream(), Request.parseFrom(frame.data()));
            }
        } catch (IOException e) {
            // No more requests: the peer is gone or broke the protocol.
            trunk.close();
        }
    }

    private void accept(int stream, Request request) {
        if (!free.tryAcquire()) {
            reply(stream, error(RESOURCE_EXHAUSTED, "more than " + AT_ONCE + " calls at a time"));
            return;
        }
        Thread.ofVirtual().name("ttrpc " + request.getMethod()).start(() -> {
            try {
                reply(stream, answer(request));
            } finally {
                free.release();
            }
        });
    }

    private Response answer(Request request) {
        String name = request.getService() + "/" + request.getMethod();
        Method<?> method = methods.get(name);
        if (method == null) {
            return error(UNIMPLEMENTED, "there is no method " + name);
        }
        try {
            return Response.newBuilder()
                    .setPayload(method.answer(request).toByteString())
                    .build();
        } catch (InvalidProtocolBufferException e) {
            return error(INVALID_ARGUMENT, "cannot read the request of " + name + ": " + e.getMessage());
        } catch (Fault e) {
            return error(UNKNOWN, e.getMessage());
        } catch (RuntimeException e) {
            // The root of a thread: without an answer the peer would wait for ever.
            LOG.log(System.Logger.Level.ERROR, "cannot answer " + name, e);
            return error(INTERNAL, "cannot answer " + name + ": " + e);
        }
    }

    private static Response error(int code, String message) {
        return Response.newBuilder()
                .setStatus(Status.newBuilder().setCode(code).setMessage(message))
                .build();
    }

    private void reply(int stream, Response response) {
        byte[] data = response.toByteArray();
        if (data.length > Frame.MAXIMUM) {
            data = error(UNKNOWN, "the answer is longer than " + Frame.MAXIMUM + " bytes")
                    .toByteArray();
        }
        try {
            trunk.send(connection, new Frame(stream, Frame.RESPONSE, (byte) 0, data).bytes());
        } catch (IOException e) {
            trunk.close();
        }
    }

    private record Method<T>(Parser<T> parser, Function<T, Message> handler) {
        Message answer(Request request) throws InvalidProtocolBufferException {
            return handler.apply(parser.parseFrom(request.getPayload()));
        }
    }
}
