package io.windlass.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RawNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"plain", "grün", "日本語", "🐘 and text", ""})
    void leaves_text_as_it_is(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        assertThat(RawName.decode(bytes)).isEqualTo(text);
        assertThat(RawName.encode(text)).isEqualTo(bytes);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void gives_back_any_bytes(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[random.nextInt(12)];
            random.nextBytes(bytes);
            assertThat(RawName.encode(RawName.decode(bytes))).isEqualTo(bytes);
        }
    }

    @Test
    void gives_different_bytes_different_names() {
        assertThat(RawName.decode(new byte[] {(byte) 0xff})).isNotEqualTo(RawName.decode(new byte[] {(byte) 0xfe}));
    }
}
