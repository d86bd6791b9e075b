package io.windlass.systemd.dbus;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageTest {
    /** Written down by hand after the specification, "Message Protocol". */
    @Test
    void aCallIsMarshalledAsSpecified() {
        byte[] bytes = Message.call("", "/a", "b.c", "D", "s", new MessageWriter().string("x"))
                .encode(7);

        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo(
                        "6c010001" // little-endian, method call, no flags, version 1
                                + "06000000" // bytes of the body
                                + "07000000" // serial
                                + "37000000" // bytes of the header fields
                                + "01016f00" + "02000000" + "2f6100" + "0000000000" // 1 path, o
                                + "02017300" + "03000000" + "622e6300" + "00000000" // 2 interface, s
                                + "03017300" + "01000000" + "4400" + "000000000000" // 3 member, s
                                + "08016700" + "017300" + "00" // 8 signature, g; then up to a multiple of eight
                                + "01000000" + "7800");
    }

    @Test
    void anAnswerIsReadInEitherByteOrder() {
        byte[] little = HexFormat.of()
                .parseHex("6c020101" + "06000000" + "09000000" + "08000000" + "05017500" + "07000000" + "010000007800");
        byte[] big = HexFormat.of()
                .parseHex("42020101" + "00000006" + "00000009" + "00000008" + "05017500" + "00000007" + "000000017800");

        for (byte[] bytes : List.of(little, big)) {
            assertThat(Message.length(ByteBuffer.wrap(bytes))).isEqualTo(bytes.length);
            Message answer = Message.decode(ByteBuffer.wrap(bytes));
            assertThat(answer.kind()).isEqualTo(Message.Kind.RETURN);
            assertThat(answer.replySerial()).isEqualTo(7);
            assertThat(answer.reader().string()).isEqualTo("x");
        }
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        MessageWriter body = new MessageWriter().octet(1).uint64(-2).flag(true).octets(new byte[] {3, 4});
        body.array(8, () -> body.align(8).string("ключ"));
        Message sent = Message.call("to", "/p", "i.f", "M", "ytbayas", body);

        Message got = Message.decode(ByteBuffer.wrap(sent.encode(5)));

        assertThat(got)
                .usingRecursiveComparison()
                .ignoringFields("serial", "body")
                .isEqualTo(sent);
        MessageReader reader = got.reader();
        assertThat(reader.octet()).isEqualTo(1);
        assertThat(reader.uint64()).isEqualTo(-2);
        assertThat(reader.flag()).isTrue();
        assertThat(reader.octets()).containsExactly(3, 4);
        assertThat(reader.uint32()).isEqualTo(4 + "ключ".getBytes(StandardCharsets.UTF_8).length + 1);
        assertThat(reader.align(8).string()).isEqualTo("ключ");
        assertThat(reader.hasMore()).isFalse();
    }
}
