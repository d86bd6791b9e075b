package io.windlass.image.progress;

import io.windlass.image.reference.Digest;
import java.time.Instant;
import java.util.Optional;

/** A layer of a pull, as it stands: {@code arrived} of {@code size} bytes of the packed layer are here. */
public record LayerReport(
        Digest digest,
        long size,
        long arrived,
        LayerTransfer.State state,
        Optional<Instant> began,
        Optional<Instant> ended) {}
