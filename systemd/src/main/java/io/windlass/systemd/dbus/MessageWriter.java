package io.windlass.systemd.dbus;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes values as D-Bus marshals them, little-endian. Not thread-safe. */
public final class MessageWriter {
    private ByteBuffer bytes = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);

    /** Fills with zeros up to a multiple of a power of two, counted from the start of the message. */
    public MessageWriter align(int boundary) {
        while (bytes.position() % boundary != 0) {
            octet(0);
        }
        return this;
    }

    public MessageWriter octet(int value) {
        room(1).put((byte) value);
        return this;
    }

    public MessageWriter uint32(long value) {
        align(4).room(4).putInt((int) value);
        return this;
    }

    public MessageWriter uint64(long value) {
        align(8).room(8).putLong(value);
        return this;
    }

    public MessageWriter flag(boolean value) {
        return uint32(value ? 1 : 0);
    }

    /** A string or an object path. */
    public MessageWriter string(String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        uint32(text.length).room(text.length + 1).put(text).put((byte) 0);
        return this;
    }

    public MessageWriter signature(String value) {
        byte[] text = value.getBytes(StandardCharsets.US_ASCII);
        octet(text.length).room(text.length + 1).put(text).put((byte) 0);
        return this;
    }

    public MessageWriter octets(byte[] value) {
        return uint32(value.length).raw(ByteBuffer.wrap(value));
    }

    /**
     * An array.
     *
     * @param boundary the alignment of its elements: 8 for structures, dictionary entries and 64-bit numbers
     * @param elements writes them
     */
    public MessageWriter array(int boundary, Runnable elements) {
        uint32(0);
        int length = bytes.position() - Integer.BYTES;
        align(boundary);
        int start = bytes.position();
        elements.run();
        bytes.putInt(length, bytes.position() - start);
        return this;
    }

    MessageWriter raw(ByteBuffer value) {
        room(value.remaining()).put(value);
        return this;
    }

    public byte[] toBytes() {
        byte[] written = new byte[bytes.position()];
        bytes.get(0, written);
        return written;
    }

    private ByteBuffer room(int count) {
        if (bytes.remaining() < count) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(bytes.capacity() * 2, bytes.position() + count))
                    .order(ByteOrder.LITTLE_ENDIAN);
            larger.put(bytes.flip());
            bytes = larger;
        }
        return bytes;
    }
}
