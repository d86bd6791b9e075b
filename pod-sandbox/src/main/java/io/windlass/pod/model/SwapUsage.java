package io.windlass.pod.model;

import java.time.Instant;
import java.util.OptionalLong;

/** Swap in bytes; {@code availableBytes} is absent without a limit. */
public record SwapUsage(Instant at, OptionalLong availableBytes, long usageBytes) {}
