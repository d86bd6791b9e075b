package io.windlass.cri.server;

import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.stub.ServerCalls;
import io.windlass.fault.Fault;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Which code answers which RPC of a service. RPCs that nobody registered answer UNIMPLEMENTED by their name.
 *
 * <p>Handlers run on the call's own virtual thread, may block, and fail by throwing. Not thread-safe.
 */
public final class RpcTable {
    private final ServiceDescriptor service;
    private final Map<MethodDescriptor<?, ?>, ServerCallHandler<?, ?>> handlers = new HashMap<>();

    public RpcTable(ServiceDescriptor service) {
        this.service = service;
    }

    /** One request, one answer. */
    public <Q, R> RpcTable unary(MethodDescriptor<Q, R> rpc, Function<Q, R> answer) {
        handlers.put(rpc, ServerCalls.<Q, R>asyncUnaryCall((request, observer) -> {
            observer.onNext(answer.apply(request));
            observer.onCompleted();
        }));
        return this;
    }

    /** One request, many answers; the stream ends when {@code answer} returns. */
    public <Q, R> RpcTable stream(MethodDescriptor<Q, R> rpc, StreamAnswer<Q, R> answer) {
        handlers.put(rpc, ServerCalls.<Q, R>asyncServerStreamingCall((request, observer) -> {
            answer.answer(request, observer::onNext);
            observer.onCompleted();
        }));
        return this;
    }

    /** Many requests, which the handler takes as they come, and one answer. */
    public <Q, R> RpcTable upload(MethodDescriptor<Q, R> rpc, UploadAnswer<Q, R> answer) {
        ServerCallHandler<Q, R> handler = (call, _) -> new Uploads<>(call, answer);
        handlers.put(rpc, handler);
        return this;
    }

    /** The service with all its RPCs. */
    public ServerServiceDefinition define() {
        ServerServiceDefinition.Builder builder = ServerServiceDefinition.builder(service);
        service.getMethods().forEach(rpc -> add(builder, rpc));
        return builder.build();
    }

    @SuppressWarnings("unchecked")
    private <Q, R> void add(ServerServiceDefinition.Builder builder, MethodDescriptor<Q, R> rpc) {
        ServerCallHandler<Q, R> handler = (ServerCallHandler<Q, R>) handlers.get(rpc);
        builder.addMethod(rpc, handler == null ? unimplemented(rpc) : handler);
    }

    private static <Q, R> ServerCallHandler<Q, R> unimplemented(MethodDescriptor<Q, R> rpc) {
        return ServerCalls.asyncServerStreamingCall((request, observer) -> {
            throw Fault.unimplemented("windlass does not support RPC " + rpc.getBareMethodName() + " yet");
        });
    }

    /** Answers one request with a stream. */
    @FunctionalInterface
    public interface StreamAnswer<Q, R> {
        void answer(Q request, Consumer<R> sink);
    }

    /** Answers a stream of requests. */
    @FunctionalInterface
    public interface UploadAnswer<Q, R> {
        /** @param requests waits for the next one; empty once all have come */
        R answer(Supplier<Optional<Q>> requests);
    }

    /** A class that answers some RPCs. */
    @FunctionalInterface
    public interface Endpoint {
        void register(RpcTable table);
    }
}
