package io.windlass.pod.model;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Memory in bytes, and page faults since creation; {@code availableBytes} is absent without a limit, the pressure where the
 * machine does not measure it.
 */
public record MemoryUsage(
        Instant at,
        long workingSetBytes,
        OptionalLong availableBytes,
        long usageBytes,
        long rssBytes,
        long pageFaults,
        long majorPageFaults,
        Optional<Pressure> pressure) {}
