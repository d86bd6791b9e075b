package io.windlass.image.reference;

import io.windlass.linux.library.LibCrypto;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/** The digest algorithms that the OCI image specification registers. */
public enum DigestAlgorithm {
    SHA256("sha256", "SHA-256", 64),
    SHA512("sha512", "SHA-512", 128);

    private final String label;
    private final String javaName;
    private final int hexLength;

    DigestAlgorithm(String label, String javaName, int hexLength) {
        this.label = label;
        this.javaName = javaName;
        this.hexLength = hexLength;
    }

    /** The name as written before the colon of a digest. */
    public String label() {
        return label;
    }

    /** How many hex digits a digest of this algorithm has. */
    public int hexLength() {
        return hexLength;
    }

    static Optional<DigestAlgorithm> of(String label) {
        for (DigestAlgorithm algorithm : values()) {
            if (algorithm.label.equals(label)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /** A hash of nothing yet: by the node's libcrypto, where it has that. */
    public MessageDigest start() {
        try {
            Optional<LibCrypto> fast = LibCrypto.find();
            return fast.isPresent() ? fast.get().digest(javaName) : MessageDigest.getInstance(javaName);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has " + javaName, e);
        }
    }
}
