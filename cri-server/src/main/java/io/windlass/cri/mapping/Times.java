package io.windlass.cri.mapping;

import java.time.Instant;

/** Points in time as the CRI has them: nanoseconds since 1970. */
public final class Times {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private Times() {}

    public static long nanos(Instant instant) {
        return instant.getEpochSecond() * NANOS_PER_SECOND + instant.getNano();
    }
}
