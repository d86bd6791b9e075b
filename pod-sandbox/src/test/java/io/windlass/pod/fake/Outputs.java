package io.windlass.pod.fake;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads what commands wrote. */
public final class Outputs {
    private Outputs() {}

    public static String text(List<ByteBuffer> pieces) {
        StringBuilder text = new StringBuilder();
        pieces.forEach(piece -> text.append(StandardCharsets.UTF_8.decode(piece.duplicate())));
        return text.toString();
    }
}
