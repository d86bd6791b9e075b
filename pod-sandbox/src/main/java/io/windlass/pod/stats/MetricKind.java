package io.windlass.pod.stats;

/** Whether a value only grows until its container is replaced. */
public enum MetricKind {
    COUNTER,
    GAUGE
}
