package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.reference.DigestVerifier;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Hashes what is read through it, up to a limit of bytes. */
final class VerifiedStream extends FilterInputStream {
    private final DigestVerifier verifier;
    private final long limit;
    private long passed;

    VerifiedStream(InputStream in, DigestVerifier verifier, long limit) {
        super(in);
        this.verifier = verifier;
        this.limit = limit;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = super.read(buffer, offset, length);
        if (count > 0) {
            passed += count;
            if (passed > limit) {
                throw new Fault(
                        FaultKind.RESOURCE_EXHAUSTED,
                        "the archive inflates to more than the allowed " + limit + " bytes");
            }
            verifier.update(buffer, offset, count);
        }
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        long left = count;
        byte[] buffer = new byte[8192];
        while (left > 0) {
            int read = read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                break;
            }
            left -= read;
        }
        return count - left;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
