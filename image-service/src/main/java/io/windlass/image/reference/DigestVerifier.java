package io.windlass.image.reference;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Hashes a stream as it passes and compares the result with what was promised. Not thread-safe. */
public final class DigestVerifier {
    private final Digest expected;
    private final MessageDigest state;

    DigestVerifier(Digest expected) {
        this.expected = expected;
        this.state = expected.algorithm().start();
    }

    public void update(byte[] bytes, int offset, int length) {
        state.update(bytes, offset, length);
    }

    /** Ends the stream; a Fault DATA_LOSS that names {@code what} when the content is not the promised one. */
    public void verify(String what) {
        Digest actual = new Digest(expected.algorithm(), HexFormat.of().formatHex(state.digest()));
        if (!actual.equals(expected)) {
            throw new Fault(
                    FaultKind.DATA_LOSS,
                    "cannot accept %s: its content has the digest %s, not %s".formatted(what, actual, expected));
        }
    }
}
