package io.windlass.pod.events;

import io.windlass.pod.model.ContainerStatus;
import io.windlass.pod.model.PodSandboxStatus;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** The feed of {@link PodEvent}s: a ring of the latest, and whoever listens. Thread-safe; listeners see events in order. */
public final class PodEvents {
    private static final int KEPT = 4096;

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<PodEvent> latest = new ArrayDeque<>();
    private final List<Consumer<PodEvent>> listeners = new ArrayList<>();
    private long sequence;

    /** Numbers an event, keeps it, and hands it to every listener before it returns. */
    public void publish(
            PodEvent.Type type,
            String id,
            Instant at,
            Optional<PodSandboxStatus> sandbox,
            List<ContainerStatus> containers) {
        lock.lock();
        try {
            PodEvent event = new PodEvent(++sequence, type, id, at, sandbox, containers);
            latest.addLast(event);
            if (latest.size() > KEPT) {
                latest.removeFirst();
            }
            listeners.forEach(listener -> listener.accept(event));
        } finally {
            lock.unlock();
        }
    }

    /** Calls {@code listener}, which must not block, with every event from now on, until the subscription is closed. */
    public Subscription subscribe(Consumer<PodEvent> listener) {
        lock.lock();
        try {
            listeners.add(listener);
        } finally {
            lock.unlock();
        }
        return () -> {
            lock.lock();
            try {
                listeners.remove(listener);
            } finally {
                lock.unlock();
            }
        };
    }

    /** The kept events after a sequence number; absent when some of them are no longer kept. */
    public Optional<List<PodEvent>> since(long after) {
        lock.lock();
        try {
            if (after < sequence - latest.size()) {
                return Optional.empty();
            }
            return Optional.of(
                    latest.stream().filter(event -> event.sequence() > after).toList());
        } finally {
            lock.unlock();
        }
    }

    /** A listener's place in the feed. */
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
