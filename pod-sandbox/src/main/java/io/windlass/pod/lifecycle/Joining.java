package io.windlass.pod.lifecycle;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * Lets the same request, sent again while the first is still worked on, wait for that one's result.
 *
 * <p>The work runs on a thread of its own: a caller who goes away does not stop it, and finds it when he comes again.
 * Thread-safe.
 */
public final class Joining<K, R, V> {
    private final String what;
    private final Map<K, Running<R, V>> running = new ConcurrentHashMap<>();

    /** @param what names the work in messages: "create container" */
    public Joining(String what) {
        this.what = what;
    }

    /** Runs {@code work}, or joins the run of the same key and request. */
    public V run(K key, R request, Supplier<V> work) {
        Running<R, V> mine = new Running<>(request, new CompletableFuture<>());
        Running<R, V> other = running.putIfAbsent(key, mine);
        if (other == null) {
            Thread.ofVirtual().name(what + " " + key).start(() -> complete(key, mine, work));
            return await(key, mine);
        }
        if (!other.request.equals(request)) {
            throw new Fault(
                    FaultKind.ALREADY_EXISTS,
                    "cannot " + what + " " + key + ": a different request for the same name is being worked on");
        }
        return await(key, other);
    }

    @SuppressWarnings("CatchingUnchecked") // the root of a thread
    private void complete(K key, Running<R, V> mine, Supplier<V> work) {
        try {
            V result = work.get();
            running.remove(key, mine);
            mine.result.complete(result);
        } catch (RuntimeException | Error e) {
            running.remove(key, mine);
            mine.result.completeExceptionally(e);
        }
    }

    private V await(K key, Running<R, V> work) {
        try {
            return work.result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(
                    FaultKind.CANCELLED,
                    "cannot wait for " + what + " " + key + ": cancelled; it goes on and can be joined",
                    e);
        } catch (ExecutionException e) {
            throw failure(key, e);
        }
    }

    private Fault failure(K key, ExecutionException e) {
        return e.getCause() instanceof Fault fault
                ? fault
                : Fault.internal("cannot " + what + " " + key + ": " + e.getCause(), e.getCause());
    }

    private record Running<R, V>(R request, CompletableFuture<V> result) {}
}
