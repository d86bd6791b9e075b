package io.windlass.linux.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LibCryptoTest {
    /** The tests' packages bring it: see scripts/setup. */
    private final LibCrypto library = LibCrypto.find().orElseThrow();

    @ParameterizedTest
    @ValueSource(strings = {"SHA-256", "SHA-512"})
    void hashesAreThoseOfTheJdkHoweverTheBytesCome(String algorithm) throws NoSuchAlgorithmException {
        Random random = new Random(1);
        MessageDigest own = library.digest(algorithm);
        MessageDigest jdk = MessageDigest.getInstance(algorithm);
        for (int round = 0; round < 50; round++) {
            byte[] bytes = new byte[random.nextInt(100_000)];
            random.nextBytes(bytes);
            for (int at = 0; at < bytes.length; ) {
                int length = Math.min(bytes.length - at, random.nextInt(20_000));
                own.update(bytes, at, length);
                jdk.update(bytes, at, length);
                at += length;
                own.update((byte) at);
                jdk.update((byte) at);
            }
            assertThat(own.digest()).isEqualTo(jdk.digest());
        }
    }

    @Test
    void aResetForgets() throws NoSuchAlgorithmException {
        MessageDigest own = library.digest("SHA-256");
        own.update(new byte[] {1, 2, 3});
        own.reset();

        assertThat(own.digest()).isEqualTo(MessageDigest.getInstance("SHA-256").digest());
    }

    @Test
    void manyHashesAtATimeDoNotDisturbEachOther() throws NoSuchAlgorithmException {
        MessageDigest[] hashes = new MessageDigest[500];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = library.digest("SHA-256");
            hashes[i].update((byte) i);
        }
        for (int i = 0; i < hashes.length; i++) {
            assertThat(hashes[i].digest())
                    .isEqualTo(MessageDigest.getInstance("SHA-256").digest(new byte[] {(byte) i}));
        }
    }

    @Test
    void anUnknownAlgorithmIsRefusedByName() {
        assertThatThrownBy(() -> library.digest("SHA-257"))
                .isInstanceOf(NoSuchAlgorithmException.class)
                .hasMessageContaining("SHA-257");
    }
}
