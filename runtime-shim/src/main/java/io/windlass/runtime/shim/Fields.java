package io.windlass.runtime.shim;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.windlass.fault.Fault;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The fields of a payload, read in order. Fields absent at the end read as 0 or empty, as the protocol has it; a field that
 * is cut short is an error. Not thread-safe.
 */
final class Fields {
    private final ByteBuffer in;

    Fields(ByteBuffer in) {
        this.in = in;
    }

    /** @throws Fault INTERNAL when the field is cut short */
    int u32() {
        return absent() ? 0 : need(4).getInt();
    }

    long u64() {
        return absent() ? 0 : need(8).getLong();
    }

    String str() {
        if (absent()) {
            return "";
        }
        String value = new String(block(1), UTF_8);
        in.get();
        return value;
    }

    byte[] bytes() {
        return absent() ? new byte[0] : block(0);
    }

    <T> List<T> list(Function<Fields, T> item) {
        int count = u32();
        if (count < 0 || count > in.remaining()) {
            throw malformed("a list of %d items in %d bytes".formatted(count, in.remaining()));
        }
        List<T> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(item.apply(this));
        }
        return items;
    }

    private byte[] block(int more) {
        int size = need(4).getInt();
        if (size < 0 || size > in.remaining() - more) {
            throw malformed("a field of %d bytes, of which %d came".formatted(size, in.remaining()));
        }
        byte[] block = new byte[size];
        in.get(block);
        return block;
    }

    private static Fault malformed(String what) {
        return Fault.internal("the helper's message is malformed: " + what, null);
    }

    private boolean absent() {
        return !in.hasRemaining();
    }

    private ByteBuffer need(int bytes) {
        if (in.remaining() < bytes) {
            throw malformed("a field of %d bytes, of which %d came".formatted(bytes, in.remaining()));
        }
        return in;
    }
}
