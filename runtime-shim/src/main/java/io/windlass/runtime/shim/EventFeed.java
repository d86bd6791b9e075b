package io.windlass.runtime.shim;

import io.windlass.runtime.shim.ShimEvent.ContainerExited;
import io.windlass.runtime.shim.ShimEvent.LogWriteFailed;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * Hands the events of one shim to its listener, in order and each once, on a thread of its own: the listener may call the
 * shim. Thread-safe.
 */
final class EventFeed {
    private static final int CONTAINER_EXITED = 1;
    private static final int LOG_WRITE_FAILED = 2;

    private final BlockingQueue<ShimEvent> events = new LinkedBlockingQueue<>();
    private final Thread thread;
    private long newest;

    EventFeed(String name, Consumer<ShimEvent> listener) {
        this.thread = Thread.ofVirtual().name(name).start(() -> deliver(listener));
    }

    /** The number of the last event that was taken: what comes after it is still to be asked for. */
    synchronized long newest() {
        return newest;
    }

    /** Takes an event as it arrived; one that was taken before, and is only repeated after a reconnection, is dropped. */
    synchronized void arrived(WireFrame frame) {
        if (frame.id() <= newest) {
            return;
        }
        newest = frame.id();
        decode(frame).ifPresent(events::add);
    }

    void add(ShimEvent event) {
        events.add(event);
    }

    void close() {
        thread.interrupt();
    }

    private void deliver(Consumer<ShimEvent> listener) {
        try {
            while (true) {
                listener.accept(events.take());
            }
        } catch (InterruptedException e) {
            // How close() ends this thread.
            return;
        }
    }

    /** Empty for a kind of event that this version does not know. */
    private static Optional<ShimEvent> decode(WireFrame frame) {
        Fields fields = frame.fields();
        int kind = fields.u32();
        String container = fields.str();
        int exitCode = fields.u32();
        int signal = fields.u32();
        long time = fields.u64();
        String detail = fields.str();
        return switch (kind) {
            case CONTAINER_EXITED ->
                Optional.of(new ContainerExited(
                        frame.id(), container, new ExitRecord(exitCode, signal, ExitRecord.instant(time))));
            case LOG_WRITE_FAILED ->
                Optional.of(new LogWriteFailed(frame.id(), container, ExitRecord.instant(time), detail));
            default -> Optional.empty();
        };
    }
}
