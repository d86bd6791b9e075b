package io.windlass.cri.server;

import io.grpc.Context;

/**
 * Interrupts the thread that made it when the call's context ends: cancelled by the client, or past its deadline.
 *
 * <p>Closed on the same thread; from then on the thread is neither interrupted nor marked as such. Thread-safe.
 */
final class Interruption implements AutoCloseable {
    private final Context context;
    private final Thread handler = Thread.currentThread();
    private final Context.CancellationListener listener = _ -> interrupt();
    private boolean over;

    Interruption(Context context) {
        this.context = context;
        context.addListener(listener, Runnable::run);
    }

    synchronized void interrupt() {
        if (!over) {
            handler.interrupt();
        }
    }

    @Override
    public void close() {
        context.removeListener(listener);
        synchronized (this) {
            over = true;
        }
        // An interrupt that came when the work was done already must not reach what this thread does next.
        boolean _ = Thread.interrupted();
    }
}
