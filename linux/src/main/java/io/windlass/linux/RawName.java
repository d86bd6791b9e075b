package io.windlass.linux;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * File names between Java strings and the kernel's bytes, without loss.
 *
 * <p>Names are UTF-8. A byte that is not part of valid UTF-8 becomes the lone surrogate U+DC00 + byte, which no valid text
 * contains, and turns into that byte again on the way to the kernel. All {@link Syscalls} take names in this form.
 */
public final class RawName {
    private static final char ESCAPE = '\uDC00';

    private RawName() {}

    public static String decode(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            if (!result.isError()) {
                return out.flip().toString();
            }
            for (int i = 0; i < result.length(); i++) {
                out.put((char) (ESCAPE + (in.get() & 0xff)));
            }
        }
    }

    public static byte[] encode(String name) {
        byte[] plain = name.getBytes(StandardCharsets.UTF_8);
        if (name.chars().noneMatch(c -> Character.isSurrogate((char) c))) {
            return plain;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int i = 0;
        while (i < name.length()) {
            int point = name.codePointAt(i);
            if (point > ESCAPE + 0x7f && point <= ESCAPE + 0xff) {
                out.write(point - ESCAPE);
            } else {
                out.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
            }
            i += Character.charCount(point);
        }
        return out.toByteArray();
    }
}
