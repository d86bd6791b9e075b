package io.windlass.pod.model;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * CPU time since creation, and the rate over the last window in billionths of a core, absent until there are two samples; the
 * pressure is absent where the machine does not measure it.
 */
public record CpuUsage(
        Instant at, long usageCoreNanoSeconds, OptionalLong usageNanoCores, Optional<Pressure> pressure) {}
