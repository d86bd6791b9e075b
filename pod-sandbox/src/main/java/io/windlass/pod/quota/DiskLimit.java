package io.windlass.pod.quota;

/**
 * A limit that somebody asked for.
 *
 * @param amount more than 0
 * @param origin who, in words: an annotation or a configuration key
 */
public record DiskLimit(long amount, String origin) {}
