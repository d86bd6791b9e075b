package io.windlass.pod.model;

import java.time.Instant;

/** What a folder on the filesystem of {@code mountpoint} takes. */
public record FilesystemUsage(Instant at, String mountpoint, long usedBytes, long inodesUsed) {}
