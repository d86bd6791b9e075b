package io.windlass.runtime.program;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.windlass.fault.Fault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** Writes the little-endian, positional encoding that programs and frames share. Not thread-safe. */
public final class Encoder {
    private ByteBuffer buffer;

    public Encoder() {
        this(256);
    }

    Encoder(int capacity) {
        buffer = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    public Encoder u16(int value) {
        room(2).putShort((short) value);
        return this;
    }

    public Encoder u32(long value) {
        room(4).putInt((int) value);
        return this;
    }

    public Encoder u64(long value) {
        room(8).putLong(value);
        return this;
    }

    /** @throws Fault INVALID_ARGUMENT when the text holds a NUL, which would end it early on the other side */
    public Encoder str(String value) {
        if (value.indexOf('\0') >= 0) {
            throw Fault.invalid("a NUL byte in " + value.replace("\0", "\\0"));
        }
        byte[] bytes = value.getBytes(UTF_8);
        u32(bytes.length);
        room(bytes.length + 1).put(bytes).put((byte) 0);
        return this;
    }

    public Encoder bytes(byte[] value) {
        u32(value.length);
        room(value.length).put(value);
        return this;
    }

    public Encoder strings(List<String> values) {
        u32(values.size());
        values.forEach(this::str);
        return this;
    }

    public int size() {
        return buffer.position();
    }

    void setU32(int at, int value) {
        buffer.putInt(at, value);
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(buffer.capacity() * 2, buffer.position() + bytes))
                    .order(ByteOrder.LITTLE_ENDIAN);
            buffer = larger.put(buffer.flip());
        }
        return buffer;
    }
}
