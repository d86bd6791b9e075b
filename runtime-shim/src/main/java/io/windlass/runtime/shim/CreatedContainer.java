package io.windlass.runtime.shim;

/**
 * A container that stands at its barrier.
 *
 * @param pid its first process, as the host sees it
 * @param startTime clock ticks since boot at which that process was born: with the pid, its identity
 */
public record CreatedContainer(long pid, long startTime, Timeline timeline) {}
