package io.windlass.cri.server;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Stands around every call: checks the peer, interrupts the handler when the call is cancelled or its deadline passes,
 * answers failures with their status, and logs. Thread-safe.
 */
final class CallGuard implements ServerInterceptor {
    private final Set<Long> allowedUids;
    private final Set<Interruption> streams = ConcurrentHashMap.newKeySet();

    CallGuard(Set<Long> allowedUids) {
        this.allowedUids = Set.copyOf(allowedUids);
    }

    /** Interrupts the handlers of calls that answer with a stream, which otherwise end only when their client wants. */
    void endStreams() {
        streams.forEach(Interruption::interrupt);
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        Peer peer = call.getAttributes().get(Peer.OF_CONNECTION);
        if (peer == null || !allowedUids.contains(peer.uid())) {
            String who = peer == null ? "an unknown peer" : peer.toString();
            String reason = "windlass does not answer " + who + ": its user is not in [server] allowed_uids";
            call.close(Status.PERMISSION_DENIED.withDescription(reason), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        Context context = Context.current().withValue(Peer.OF_CALL, peer);
        CallLog log = new CallLog(call.getMethodDescriptor().getBareMethodName());
        if (call.getMethodDescriptor().getType() == MethodType.UNARY) {
            return new GuardedListener<>(call, Contexts.interceptCall(context, call, headers, next), log);
        }
        if (call.getMethodDescriptor().getType() == MethodType.CLIENT_STREAMING) {
            return upload(call, headers, next, context, log);
        }
        PacedCall<Q, R> paced = new PacedCall<>(call);
        return new StreamListener<>(paced, Contexts.interceptCall(context, paced, headers, next), log);
    }

    /** The handler begins with the call, not with its last request. */
    private <Q, R> ServerCall.Listener<Q> upload(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next, Context context, CallLog log) {
        ServerCall.Listener<Q> listener;
        Context before = context.attach();
        try {
            listener = next.startCall(call, headers);
        } finally {
            context.detach(before);
        }
        if (listener instanceof Uploads<?, ?> uploads) {
            Thread.ofVirtual()
                    .name("upload " + call.getMethodDescriptor().getBareMethodName())
                    .start(context.wrap(() -> run(call, log, context, uploads::answer, streams::add, streams::remove)));
        }
        return listener;
    }

    private static void run(
            ServerCall<?, ?> call,
            CallLog log,
            Context context,
            Runnable handler,
            Consumer<Interruption> begin,
            Consumer<Interruption> end) {
        Status status = Status.OK;
        try (Interruption interruption = new Interruption(context)) {
            begin.accept(interruption);
            try {
                handler.run();
            } finally {
                end.accept(interruption);
            }
        } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
            status = Statuses.of(e, context);
            call.close(status, new Metadata());
        }
        log.end(status);
    }

    private static class GuardedListener<Q, R> extends SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, R> call;
        private final CallLog log;

        GuardedListener(ServerCall<Q, R> call, ServerCall.Listener<Q> delegate, CallLog log) {
            super(delegate);
            this.call = call;
            this.log = log;
        }

        @Override
        public void onMessage(Q message) {
            log.request(message);
            super.onMessage(message);
        }

        /** The request is complete: here the handler runs, and nothing else of this call until it returns. */
        @Override
        public void onHalfClose() {
            answer(Context.current(), _ -> {}, _ -> {});
        }

        final void answer(Context context, Consumer<Interruption> begin, Consumer<Interruption> end) {
            run(call, log, context, super::onHalfClose, begin, end);
        }
    }

    /** The handler has a thread beside the call's own, on which is heard meanwhile that the client has taken what was sent. */
    private final class StreamListener<Q, R> extends GuardedListener<Q, R> {
        private final PacedCall<Q, R> call;

        StreamListener(PacedCall<Q, R> call, ServerCall.Listener<Q> delegate, CallLog log) {
            super(call, delegate, log);
            this.call = call;
        }

        @Override
        public void onHalfClose() {
            Context context = Context.current();
            Thread.ofVirtual()
                    .name("stream " + call.getMethodDescriptor().getBareMethodName())
                    .start(context.wrap(() -> answer(context, streams::add, streams::remove)));
        }

        @Override
        public void onReady() {
            call.wake();
        }
    }
}
