package io.windlass.cri.config;

import java.time.Duration;

/**
 * What {@code [image]} says of downloads.
 *
 * @param overall layers, and parts of layers, that are on their way at a time
 * @param perRegistry those of one server
 * @param partsFrom bytes from which on a layer comes in parts; 0: never
 * @param partSize bytes of a part
 * @param partsAtATime of one layer
 * @param stall how long next to nothing may come of an answer
 */
public record DownloadSettings(
        int overall, int perRegistry, long partsFrom, long partSize, int partsAtATime, Duration stall) {
    static DownloadSettings read(Section section) {
        return new DownloadSettings(
                (int) section.integer(
                        "parallel_downloads",
                        16,
                        1,
                        256,
                        "Layers, and parts of layers, that are on their way at a time, over all pulls."),
                (int) section.integer(
                        "parallel_downloads_per_registry", 8, 1, 256, "The same for each server by itself."),
                section.integer(
                        "parts_from_bytes",
                        128L << 20,
                        0,
                        Long.MAX_VALUE,
                        "Layers of so many bytes and more are fetched in several parts at a time; 0: none."),
                section.integer("part_bytes", 8L << 20, 64 << 10, 1L << 40, "Bytes of such a part."),
                (int) section.integer(
                        "parts_at_a_time", 4, 1, 64, "Parts of one layer that are on their way at a time."),
                Duration.ofSeconds(
                        section.integer(
                                "stalled_after_seconds",
                                60,
                                1,
                                3600,
                                "Answers of registries that bring next to nothing for so long are broken off, and asked for again.")));
    }
}
