package io.windlass.cri.server;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;

/**
 * The requests of one call that come as a stream, handed to its handler one after another; no more are asked for than the handler takes, so
 * that a fast client costs the daemon no memory.
 *
 * <p>The handler runs on a thread of its own ({@link #answer}); the listener's calls come from gRPC.
 */
final class Uploads<Q, R> extends ServerCall.Listener<Q> {
    /** How many requests may be on their way while the handler works. */
    private static final int AHEAD = 4;

    private final ServerCall<Q, R> call;
    private final RpcTable.UploadAnswer<Q, R> handler;
    /** Empty: the last one has come. */
    private final BlockingQueue<Optional<Q>> arrived = new LinkedBlockingQueue<>();

    private boolean over;

    Uploads(ServerCall<Q, R> call, RpcTable.UploadAnswer<Q, R> handler) {
        this.call = call;
        this.handler = handler;
    }

    @Override
    public void onMessage(Q message) {
        arrived.add(Optional.of(message));
    }

    @Override
    public void onHalfClose() {
        arrived.add(Optional.empty());
    }

    /** Runs the handler and answers; failures are the caller's to tell. */
    void answer() {
        call.request(AHEAD);
        Supplier<Optional<Q>> requests = this::next;
        R answer = handler.answer(requests);
        call.sendHeaders(new Metadata());
        call.sendMessage(answer);
        call.close(Status.OK, new Metadata());
    }

    private Optional<Q> next() {
        if (over) {
            return Optional.empty();
        }
        try {
            Optional<Q> next = arrived.take();
            if (next.isPresent()) {
                call.request(1);
            } else {
                over = true;
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "the call ended before all of it had come", e);
        }
    }
}
