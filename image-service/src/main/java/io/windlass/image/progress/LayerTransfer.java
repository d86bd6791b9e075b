package io.windlass.image.progress;

import io.windlass.image.reference.Digest;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A layer on its way here, perhaps for several pulls. Thread-safe. */
public final class LayerTransfer {
    private final Digest digest;
    private final long size;
    private long arrived;
    private State state = State.WAITING;
    private @Nullable Instant began;
    private @Nullable Instant ended;

    /**
     * What happens to a layer.
     *
     * <pre>
     * WAITING -> FETCHING -> DONE
     *    |          +------> FAILED
     *    +-----------------> PRESENT
     * </pre>
     */
    public enum State {
        /** Other layers are fetched first. */
        WAITING,
        /** It is fetched and unpacked in one. */
        FETCHING,
        DONE,
        FAILED,
        /** Nothing has to be fetched. */
        PRESENT
    }

    public LayerTransfer(Digest digest, long size) {
        this.digest = digest;
        this.size = size;
    }

    public static LayerTransfer present(Digest digest, long size) {
        LayerTransfer transfer = new LayerTransfer(digest, size);
        transfer.state = State.PRESENT;
        return transfer;
    }

    public synchronized void begin() {
        state = State.FETCHING;
        began = Instant.now();
    }

    /** @param bytes of the packed layer that are here */
    public synchronized void arrived(long bytes) {
        arrived = bytes;
    }

    public synchronized void end(boolean done) {
        state = done ? State.DONE : State.FAILED;
        ended = Instant.now();
    }

    synchronized LayerReport report() {
        return new LayerReport(digest, size, arrived, state, Optional.ofNullable(began), Optional.ofNullable(ended));
    }
}
