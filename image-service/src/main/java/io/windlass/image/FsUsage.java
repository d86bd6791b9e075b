package io.windlass.image;

import java.nio.file.Path;
import java.time.Instant;

/** What images take of the filesystem that {@code mountpoint} is on. */
public record FsUsage(Path mountpoint, long bytes, long inodes, Instant at) {}
