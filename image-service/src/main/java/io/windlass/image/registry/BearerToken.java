package io.windlass.image.registry;

import java.time.Instant;

/** A token for one scope of one registry. */
record BearerToken(String value, Instant expires) {
    /** A token about to expire would fail between the check and its use. */
    boolean isUsable(Instant now) {
        return now.plusSeconds(10).isBefore(expires);
    }

    @Override
    public String toString() {
        return "BearerToken[expires=" + expires + "]";
    }
}
