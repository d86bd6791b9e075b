package io.windlass.systemd.dbus;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads values as D-Bus marshals them, from a buffer that starts at a multiple of eight in the message. Not thread-safe. */
public final class MessageReader {
    private final ByteBuffer bytes;

    /** @param bytes in the byte order of the message */
    public MessageReader(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    public boolean hasMore() {
        return bytes.hasRemaining();
    }

    public int position() {
        return bytes.position();
    }

    public MessageReader align(int boundary) {
        int over = bytes.position() % boundary;
        if (over != 0) {
            bytes.position(bytes.position() + boundary - over);
        }
        return this;
    }

    public int octet() {
        return Byte.toUnsignedInt(bytes.get());
    }

    public long uint32() {
        align(4);
        return Integer.toUnsignedLong(bytes.getInt());
    }

    public long uint64() {
        align(8);
        return bytes.getLong();
    }

    public boolean flag() {
        return uint32() != 0;
    }

    /** A string or an object path. */
    public String string() {
        return text(Math.toIntExact(uint32()));
    }

    public String signature() {
        return text(octet());
    }

    public byte[] octets() {
        byte[] value = new byte[Math.toIntExact(uint32())];
        bytes.get(value);
        return value;
    }

    private String text(int length) {
        byte[] text = new byte[length];
        bytes.get(text);
        bytes.get();
        return new String(text, StandardCharsets.UTF_8);
    }
}
