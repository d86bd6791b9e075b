package io.windlass.pod.model;

import io.windlass.fault.Fault;
import java.security.SecureRandom;
import java.util.HexFormat;

/** What both kinds of id have in common. */
final class HexId {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BYTES = 32;

    private HexId() {}

    static String generate() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    static boolean isValid(String value) {
        return value.length() == 2 * BYTES
                && value.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    static void check(String what, String value) {
        if (!isValid(value)) {
            throw Fault.invalid("cannot take '%s' as %s: it is not 64 hexadecimal digits".formatted(value, what));
        }
    }
}
