package io.windlass.pod.quota;

import java.util.Optional;

/** What a container may write at most; what is absent is not limited. */
public record DiskLimits(
        Optional<DiskLimit> layerBytes, Optional<DiskLimit> layerInodes, Optional<DiskLimit> logBytes) {
    public static final DiskLimits NONE = new DiskLimits(Optional.empty(), Optional.empty(), Optional.empty());

    /** One of the limits of the writable layer. */
    public Optional<DiskLimit> layer() {
        return layerBytes.or(() -> layerInodes);
    }

    static long amount(Optional<DiskLimit> limit) {
        return limit.map(DiskLimit::amount).orElse(0L);
    }
}
