package io.windlass.pod.model;

/** One process for as long as the machine runs: its number, and its start time (clock ticks since boot), as numbers are reused. */
public record ProcessIdentity(long pid, long startTime) {}
