package io.windlass.pod.model;

import java.time.Instant;

/** How long tasks waited for block devices. */
public record IoUsage(Instant at, Pressure pressure) {}
