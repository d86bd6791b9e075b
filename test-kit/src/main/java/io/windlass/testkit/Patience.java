package io.windlass.testkit;

import java.time.Duration;

/**
 * How long a test waits for what must come. A machine that is known to be slow, as the emulated guest is, multiplies every wait by the
 * system property {@code windlass.test.patience}.
 */
public final class Patience {
    private static final int FACTOR = Integer.getInteger("windlass.test.patience", 1);

    private Patience() {}

    /** @param seconds on an ordinary machine */
    public static Duration ofSeconds(int seconds) {
        return Duration.ofSeconds((long) seconds * FACTOR);
    }
}
