package io.windlass.image.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.image.testing.Cosigner;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VerificationKeyTest {
    private static final byte[] PAYLOAD = "payload".getBytes(StandardCharsets.UTF_8);

    private static VerificationKey key(String pem) {
        return VerificationKey.parse(pem.getBytes(StandardCharsets.US_ASCII));
    }

    static Stream<Cosigner> cosigners() {
        return Stream.of(
                Cosigner.make(),
                Cosigner.ecdsa("secp384r1", "SHA256withECDSA"),
                Cosigner.ecdsa("secp384r1", "SHA384withECDSA"),
                Cosigner.ecdsa("secp521r1", "SHA512withECDSA"),
                Cosigner.ed25519(),
                Cosigner.rsa(2048));
    }

    @ParameterizedTest
    @MethodSource("cosigners")
    void aSignatureIsGoodForItsPayloadAndItsKeyOnly(Cosigner cosigner) {
        VerificationKey key = key(cosigner.publicKey());
        byte[] signature = cosigner.sign(PAYLOAD);

        assertThat(key.verifies(PAYLOAD, signature)).isTrue();
        assertThat(key.verifies("Payload".getBytes(StandardCharsets.UTF_8), signature))
                .isFalse();
        assertThat(key(Cosigner.make().publicKey()).verifies(PAYLOAD, signature))
                .isFalse();
        assertThat(key.verifies(PAYLOAD, new byte[0])).isFalse();
        assertThat(key.verifies(PAYLOAD, new byte[64])).isFalse();
    }

    @Test
    void aWeakHashIsNotAccepted() {
        Cosigner weak = Cosigner.ecdsa("secp256r1", "SHA1withECDSA");

        assertThat(key(weak.publicKey()).verifies(PAYLOAD, weak.sign(PAYLOAD))).isFalse();
    }

    @Test
    void whatIsNoPublicKeyIsSaid() {
        String good = Cosigner.make().publicKey();
        assertThatThrownBy(() -> key("")).isInstanceOf(Fault.class).hasMessage("there is no public key in PEM in it");
        assertThatThrownBy(() -> key(good.replace("PUBLIC KEY", "CERTIFICATE")))
                .hasMessage("it has a CERTIFICATE, not a PUBLIC KEY");
        assertThatThrownBy(() -> key(good.replace("PUBLIC KEY", "RSA PUBLIC KEY")))
                .hasMessage("it has a RSA PUBLIC KEY, not a PUBLIC KEY");
        assertThatThrownBy(() -> key(good + good)).hasMessageContaining("more than one key");
        assertThatThrownBy(() -> key("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"))
                .hasMessage("its key is none of ECDSA (P-256, P-384, P-521), Ed25519 and RSA");
        assertThatThrownBy(() -> key(Cosigner.rsa(1024).publicKey()))
                .hasMessage("its RSA key of 1024 bits is shorter than 2048");
    }
}
