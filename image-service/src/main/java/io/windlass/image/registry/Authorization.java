package io.windlass.image.registry;

import java.time.Instant;

/** The value of an Authorization header that a server has accepted or should accept. */
record Authorization(String header, Instant expires) {
    /** One about to expire would fail between the check and its use. */
    boolean isUsable(Instant now) {
        return now.plusSeconds(10).isBefore(expires);
    }

    @Override
    public String toString() {
        return "Authorization[expires=" + expires + "]";
    }
}
