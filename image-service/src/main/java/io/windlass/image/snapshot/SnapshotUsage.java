package io.windlass.image.snapshot;

import java.time.Instant;

/** What a writable layer takes: allocated bytes and inodes, hard links counted once. */
public record SnapshotUsage(long bytes, long inodes, Instant at) {}
