package io.windlass.cri.server;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ServerCall;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A call that answers with a stream as fast as its client takes it: {@link #sendMessage} waits while the transport holds more than it
 * likes to, so that a client that does not read costs the daemon no memory.
 *
 * <p>Answers are sent by one thread; {@link #wake} is called by any.
 */
final class PacedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    PacedCall(ServerCall<Q, R> call) {
        super(call);
    }

    /** The transport may have room again. */
    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void sendMessage(R message) {
        awaitRoom();
        super.sendMessage(message);
    }

    /** The end of the call interrupts the wait ({@link Interruption}). */
    private void awaitRoom() {
        lock.lock();
        try {
            while (!isReady()) {
                changed.await();
            }
        } catch (InterruptedException e) {
            throw new Fault(FaultKind.UNAVAILABLE, "cannot send more: the call ended or the daemon ends", e);
        } finally {
            lock.unlock();
        }
    }
}
