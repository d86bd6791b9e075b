package io.windlass.image.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DigestTest {
    private static final byte[] ABC = "abc".getBytes(StandardCharsets.UTF_8);

    @Test
    void contentHasItsKnownDigest() {
        assertThat(Digest.sha256(ABC).toString())
                .isEqualTo("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void aStreamThatMatchesIsAccepted() {
        DigestVerifier verifier = Digest.parse("sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                        + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")
                .verifier();
        verifier.update(ABC, 0, 1);
        verifier.update(ABC, 1, 2);

        verifier.verify("blob");
    }

    @Test
    void aStreamThatDiffersIsRefusedWithBothDigests() {
        DigestVerifier verifier = Digest.sha256(ABC).verifier();
        verifier.update(ABC, 0, 2);

        assertThatThrownBy(() -> verifier.verify("blob x"))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.DATA_LOSS))
                .hasMessageContaining("cannot accept blob x")
                .hasMessageContaining(Digest.sha256(ABC).toString());
    }

    @ParameterizedTest
    @CsvSource({
        "abc, no algorithm before a colon",
        "md5:abc, is not known",
        "sha256:abc, has 64 hex digits",
        "sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD, only have the digits",
    })
    void whatIsNoDigestIsRefusedWithTheReason(String text, String reason) {
        assertThatThrownBy(() -> Digest.parse(text)).isInstanceOf(Fault.class).hasMessageContaining(reason);
    }
}
