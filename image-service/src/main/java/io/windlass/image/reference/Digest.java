package io.windlass.image.reference;

import io.windlass.fault.Fault;
import java.util.HexFormat;

/** The content address of a blob: an algorithm and lower-case hex digits, written {@code sha256:2c26...}. */
public record Digest(DigestAlgorithm algorithm, String hex) implements Comparable<Digest> {
    public Digest {
        if (hex.length() != algorithm.hexLength()) {
            throw Fault.invalid("cannot use digest '%s:%s': %s has %d hex digits, not %d"
                    .formatted(
                            algorithm.label(), shortened(hex), algorithm.label(), algorithm.hexLength(), hex.length()));
        }
        if (!isLowerHex(hex)) {
            throw Fault.invalid("cannot use digest '%s:%s': it may only have the digits 0-9 and a-f"
                    .formatted(algorithm.label(), shortened(hex)));
        }
    }

    /** Reads {@code algorithm:hex}; anything else is a Fault INVALID_ARGUMENT. */
    public static Digest parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw Fault.invalid("cannot use digest '" + shortened(text) + "': it has no algorithm before a colon");
        }
        String label = text.substring(0, colon);
        DigestAlgorithm algorithm = DigestAlgorithm.of(label)
                .orElseThrow(() -> Fault.invalid("cannot use digest '" + shortened(text) + "': the algorithm '"
                        + shortened(label) + "' is not known, sha256 and sha512 are"));
        return new Digest(algorithm, text.substring(colon + 1));
    }

    /** The SHA-256 digest of {@code content}. */
    public static Digest sha256(byte[] content) {
        return new Digest(
                DigestAlgorithm.SHA256,
                HexFormat.of().formatHex(DigestAlgorithm.SHA256.start().digest(content)));
    }

    /** Starts to check content that should have this digest. */
    public DigestVerifier verifier() {
        return new DigestVerifier(this);
    }

    static boolean isLowerHex(String text) {
        return text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    private static String shortened(String text) {
        return text.length() <= 160 ? text : text.substring(0, 160) + "...";
    }

    @Override
    public int compareTo(Digest other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return algorithm.label() + ":" + hex;
    }
}
