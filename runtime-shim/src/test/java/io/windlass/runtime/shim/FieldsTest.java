package io.windlass.runtime.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.runtime.program.Encoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FieldsTest {
    private static final byte[] ENCODED = new Encoder()
            .u32(0xfedcba98L)
            .u64(-2)
            .str("grüße")
            .bytes(new byte[] {1, 0, 2})
            .u32(2)
            .str("a")
            .str("")
            .toByteArray();

    @Test
    void readsWhatTheEncoderWrote() {
        Fields fields = fields(ENCODED);

        assertThat(fields.u32()).isEqualTo(0xfedcba98);
        assertThat(fields.u64()).isEqualTo(-2);
        assertThat(fields.str()).isEqualTo("grüße");
        assertThat(fields.bytes()).containsExactly(1, 0, 2);
        assertThat(fields.list(Fields::str)).isEqualTo(List.of("a", ""));
    }

    @Test
    void writesLittleEndianWithANulAfterText() {
        assertThat(new Encoder().u32(1).u64(2).str("hi").toByteArray())
                .containsExactly(1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 'h', 'i', 0);
    }

    @Test
    void takesAbsentFieldsAsEmpty() {
        Fields fields = fields(new byte[0]);

        assertThat(fields.u32()).isZero();
        assertThat(fields.u64()).isZero();
        assertThat(fields.str()).isEmpty();
        assertThat(fields.bytes()).isEmpty();
        assertThat(fields.list(Fields::str)).isEmpty();
    }

    @Test
    void refusesEveryCutInsideAField() {
        for (int length : new int[] {1, 3, 5, 11, 13, 17, 20, 25, 30, 34, 38}) {
            assertThatThrownBy(() -> {
                        Fields fields = fields(Arrays.copyOf(ENCODED, length));
                        fields.u32();
                        fields.u64();
                        fields.str();
                        fields.bytes();
                        fields.list(Fields::str);
                    })
                    .as("cut after %d bytes", length)
                    .isInstanceOf(Fault.class)
                    .hasMessageStartingWith("the helper's message is malformed: ");
        }
    }

    @Test
    void refusesTextThatWouldEndEarly() {
        assertThatThrownBy(() -> new Encoder().str("a\0b"))
                .isInstanceOf(Fault.class)
                .hasMessage("a NUL byte in a\\0b");
    }

    private static Fields fields(byte[] bytes) {
        return new Fields(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    }
}
