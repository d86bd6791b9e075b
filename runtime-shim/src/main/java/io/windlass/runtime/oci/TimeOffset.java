package io.windlass.runtime.oci;

/** Offset of a clock of a new time namespace. */
public record TimeOffset(long secs, long nanosecs) {}
