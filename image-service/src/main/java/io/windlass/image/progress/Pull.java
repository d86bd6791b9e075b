package io.windlass.image.progress;

import io.windlass.image.reference.Digest;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What happens in one pull, as it happens. Thread-safe. */
public final class Pull {
    /** A pull of an image with many parts over a bad network has many requests; the last ones tell why it is slow. */
    private static final int MOST_EXCHANGES = 200;

    private final String reference;
    private final Instant began = Instant.now();
    private final Deque<Exchange> exchanges = new ArrayDeque<>();
    private long forgotten;
    private List<LayerTransfer> layers = List.of();
    private State state = State.RESOLVING;
    private String failure = "";
    private @Nullable Digest manifest;
    private @Nullable Instant ended;

    /**
     * How far a pull is.
     *
     * <pre>
     * RESOLVING -> FETCHING -> COMMITTING -> DONE
     *     +-----------+------------+-------> FAILED
     * </pre>
     */
    public enum State {
        /** Servers are asked what the name stands for. */
        RESOLVING,
        /** Layers are fetched and unpacked. */
        FETCHING,
        /** Everything is here; the image is being recorded. */
        COMMITTING,
        DONE,
        FAILED
    }

    public Pull(String reference) {
        this.reference = reference;
    }

    /** A request that is about to be made for this pull. */
    public Exchange exchange(String server, String source, String object) {
        Exchange exchange = new Exchange(server, source, object);
        synchronized (this) {
            exchanges.add(exchange);
            if (exchanges.size() > MOST_EXCHANGES) {
                exchanges.removeFirst();
                forgotten++;
            }
        }
        return exchange;
    }

    /** The layers are known, lowest first. */
    public synchronized void fetching(Digest resolved, List<LayerTransfer> transfers) {
        manifest = resolved;
        layers = List.copyOf(transfers);
        state = State.FETCHING;
    }

    public synchronized void committing() {
        state = State.COMMITTING;
    }

    public synchronized void done() {
        state = State.DONE;
        ended = Instant.now();
    }

    public synchronized void failed(String reason) {
        state = State.FAILED;
        failure = reason;
        ended = Instant.now();
    }

    /** Nobody works on it any more; without another end before, it is one that nobody foresaw. */
    synchronized void left() {
        if (ended == null) {
            failed("it ended without a word; see the log of the daemon");
        }
    }

    /** What there is to tell now. */
    public synchronized PullReport report() {
        return new PullReport(
                reference,
                state,
                Optional.ofNullable(manifest),
                layers.stream().map(LayerTransfer::report).toList(),
                exchanges.stream().map(Exchange::report).toList(),
                forgotten,
                failure,
                began,
                Optional.ofNullable(ended));
    }
}
