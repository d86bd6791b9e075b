package io.windlass.pod.model;

/** How long tasks waited for one resource: at least one of them, and all at once. */
public record Pressure(Stall some, Stall full) {
    /** Nanoseconds since creation, and percent of the last 10, 60 and 300 seconds. */
    public record Stall(long totalNanos, double average10, double average60, double average300) {}
}
