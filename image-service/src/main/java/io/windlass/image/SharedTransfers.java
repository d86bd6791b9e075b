package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.progress.LayerTransfer;
import io.windlass.image.reference.Digest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs one transfer for each layer, however many pulls wait for it, and a bounded number at a time. Thread-safe.
 *
 * <p>A transfer goes on as long as anyone waits for it; when the last one leaves, it is interrupted. Transfers are mostly
 * computing (inflating, hashing), so each has a platform thread: virtual ones would hold up the rest of the daemon.
 */
final class SharedTransfers {
    private final Semaphore slots;
    private final Map<Digest, Flight> flights = new HashMap<>();

    SharedTransfers(int parallel) {
        this.slots = new Semaphore(parallel, true);
    }

    /**
     * Starts {@code work}, or joins the one that runs for the same key. The caller closes the ticket.
     *
     * @param progress which the work tells how it goes on
     */
    synchronized Ticket join(Digest key, LayerTransfer progress, Consumer<LayerTransfer> work) {
        Flight running = flights.get(key);
        if (running != null) {
            running.waiters++;
            return new Ticket(running, false);
        }
        Flight flight = new Flight(key, progress);
        flights.put(key, flight);
        flight.thread = Thread.ofPlatform()
                .daemon()
                .name("image-layer-" + key.hex().substring(0, 12))
                .start(() -> run(flight, work));
        return new Ticket(flight, true);
    }

    private void run(Flight flight, Consumer<LayerTransfer> work) {
        Throwable failure = null;
        try {
            slots.acquire();
            try {
                work.accept(flight.progress);
            } finally {
                slots.release();
            }
        } catch (InterruptedException e) {
            failure = new Fault(FaultKind.CANCELLED, "the transfer of layer " + flight.key + " was cancelled", e);
        } catch (Throwable e) {
            failure = e;
        }
        synchronized (this) {
            flights.remove(flight.key, flight);
        }
        if (failure == null) {
            flight.done.complete(null);
        } else {
            flight.done.completeExceptionally(failure);
        }
    }

    private void leave(Flight flight) {
        boolean last;
        synchronized (this) {
            last = --flight.waiters == 0;
            if (last) {
                flights.remove(flight.key, flight);
            }
        }
        if (last && flight.thread != null && !flight.done.isDone()) {
            flight.thread.interrupt();
            // Whoever cancels a pull may rely on nothing being left of it.
            flight.done.handle((ok, failure) -> true).join();
        }
    }

    /**
     * Waits for all, or for the first failure.
     *
     * @throws JoinedTransferFailed when that is of a transfer that another pull started
     */
    static void await(List<Ticket> tickets) {
        CompletableFuture<Void> all =
                CompletableFuture.allOf(tickets.stream().map(Ticket::done).toArray(CompletableFuture[]::new));
        CompletableFuture<Void> first = new CompletableFuture<>();
        CompletableFuture<?> _ = all.thenRun(() -> first.complete(null));
        for (Ticket ticket : tickets) {
            CompletableFuture<?> _ = ticket.done().whenComplete((ok, failure) -> {
                if (failure != null) {
                    first.completeExceptionally(
                            ticket.isStarter() ? failure : new JoinedTransferFailed(asFault(failure)));
                }
            });
        }
        try {
            first.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "the pull was cancelled", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof JoinedTransferFailed joined) {
                throw joined;
            }
            throw asFault(e.getCause() == null ? e : e.getCause());
        }
    }

    private static Fault asFault(Throwable failure) {
        return failure instanceof Fault fault
                ? fault
                : Fault.internal("fetching a layer failed unexpectedly: " + failure, failure);
    }

    private static final class Flight {
        private final Digest key;
        private final LayerTransfer progress;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private int waiters = 1;
        private volatile @Nullable Thread thread;

        Flight(Digest key, LayerTransfer progress) {
            this.key = key;
            this.progress = progress;
        }
    }

    /** One pull's share in a transfer. */
    final class Ticket implements AutoCloseable {
        private final Flight flight;
        private final boolean starter;

        private Ticket(Flight flight, boolean starter) {
            this.flight = flight;
            this.starter = starter;
        }

        /** Whether this pull started the transfer, so that it ran with this pull's credentials. */
        boolean isStarter() {
            return starter;
        }

        /** How the transfer goes on, whoever started it. */
        LayerTransfer progress() {
            return flight.progress;
        }

        CompletableFuture<Void> done() {
            return flight.done;
        }

        @Override
        public void close() {
            leave(flight);
        }
    }

    /** A transfer that another pull had started failed. */
    static final class JoinedTransferFailed extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final Fault fault;

        JoinedTransferFailed(Fault fault) {
            super(fault);
            this.fault = fault;
        }

        Fault fault() {
            return fault;
        }
    }
}
