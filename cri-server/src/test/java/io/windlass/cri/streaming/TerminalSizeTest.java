package io.windlass.cri.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalSizeTest {
    @Test
    void reads_sizes_however_the_bytes_are_cut() {
        String text = "{\"Width\":80,\"Height\":24}\n{\"Width\":132,\"Height\":43}{broken}{\"Width\":1,\"Height\":2}";
        TerminalSize parser = new TerminalSize();
        List<ClientInput.Event.Resize> sizes = new ArrayList<>();
        for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
            sizes.addAll(parser.read(ByteBuffer.wrap(new byte[] {one})));
        }
        assertThat(sizes)
                .containsExactly(
                        new ClientInput.Event.Resize(80, 24),
                        new ClientInput.Event.Resize(132, 43),
                        new ClientInput.Event.Resize(1, 2));
    }
}
