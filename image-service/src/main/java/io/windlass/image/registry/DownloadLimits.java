package io.windlass.image.registry;

import java.time.Duration;

/**
 * How much is fetched at a time.
 *
 * @param overall layers, and parts of layers, that are on their way at a time
 * @param perServer those of one server
 * @param rangesFrom bytes from which on a layer is fetched in parts; 0: never
 * @param partSize bytes of such a part
 * @param partsAtATime parts of one layer on their way at a time
 * @param stall how long next to nothing may come of an answer before it is broken off
 */
public record DownloadLimits(
        int overall, int perServer, long rangesFrom, long partSize, int partsAtATime, Duration stall) {
    public static final DownloadLimits DEFAULT = new DownloadLimits(16, 8, 128L << 20, 8 << 20, 4);

    /** With the time that servers have by default. */
    public DownloadLimits(int overall, int perServer, long rangesFrom, long partSize, int partsAtATime) {
        this(overall, perServer, rangesFrom, partSize, partsAtATime, Patience.DEFAULT.stall());
    }

    boolean inParts(long size) {
        return rangesFrom > 0 && size >= rangesFrom && size > partSize && partsAtATime > 1;
    }
}
