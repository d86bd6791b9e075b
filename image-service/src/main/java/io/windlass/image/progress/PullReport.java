package io.windlass.image.progress;

import io.windlass.image.reference.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A pull, as it stands.
 *
 * @param manifest what the name stands for; absent until a server has said it
 * @param layers lowest first; none before their number is known
 * @param exchanges the requests that were made for it, in order; those for layers that another pull fetches are with that pull
 * @param forgotten how many requests before those are not kept
 * @param failure empty unless it failed
 */
public record PullReport(
        String reference,
        Pull.State state,
        Optional<Digest> manifest,
        List<LayerReport> layers,
        List<ExchangeReport> exchanges,
        long forgotten,
        String failure,
        Instant began,
        Optional<Instant> ended) {
    public PullReport {
        layers = List.copyOf(layers);
        exchanges = List.copyOf(exchanges);
    }

    /** Bytes that have to come in all, as far as that is known. */
    public long bytes() {
        return layers.stream()
                .filter(layer -> layer.state() != LayerTransfer.State.PRESENT)
                .mapToLong(LayerReport::size)
                .sum();
    }

    /** Bytes of those that are here. */
    public long arrived() {
        return layers.stream().mapToLong(LayerReport::arrived).sum();
    }
}
