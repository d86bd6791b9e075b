package io.windlass.linux.netlink;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * One netlink message on its way to the kernel: header, fixed part, attributes, in the machine's byte order
 * (include/uapi/linux/netlink.h). The header's length is filled in by {@link #encode}. Not thread-safe.
 */
public final class NetlinkRequest {
    static final int HEADER_LENGTH = 16;
    static final int ALIGNMENT = 4;
    private static final int ATTRIBUTE_HEADER_LENGTH = 4;

    private final int type;
    private final int flags;
    private ByteBuffer body = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());

    /** @param flags NLM_F_* besides NLM_F_REQUEST, which is always set */
    public NetlinkRequest(int type, int flags) {
        this.type = type;
        this.flags = flags | NetlinkCodes.FLAG_REQUEST;
    }

    public int type() {
        return type;
    }

    public int flags() {
        return flags;
    }

    /** Bytes of the fixed part. */
    public NetlinkRequest bytes(int... values) {
        ensure(values.length);
        for (int value : values) {
            body.put((byte) value);
        }
        return this;
    }

    /** A 16-bit field of the fixed part. */
    public NetlinkRequest uint16(int value) {
        ensure(Short.BYTES);
        body.putShort((short) value);
        return this;
    }

    /** A 32-bit field of the fixed part. */
    public NetlinkRequest uint32(int value) {
        ensure(Integer.BYTES);
        body.putInt(value);
        return this;
    }

    public NetlinkRequest attribute(int attribute, byte[] value) {
        int length = ATTRIBUTE_HEADER_LENGTH + value.length;
        ensure(aligned(length));
        body.putShort((short) length).putShort((short) attribute).put(value);
        pad();
        return this;
    }

    /** A string attribute, with the trailing NUL that the kernel asks of most of them. */
    public NetlinkRequest attribute(int attribute, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        byte[] terminated = new byte[text.length + 1];
        System.arraycopy(text, 0, terminated, 0, text.length);
        return attribute(attribute, terminated);
    }

    /** A 32-bit attribute. */
    public NetlinkRequest attribute(int attribute, int value) {
        return attribute(
                attribute,
                ByteBuffer.allocate(Integer.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .putInt(value)
                        .array());
    }

    public NetlinkRequest attribute(int attribute, InetAddress value) {
        return attribute(attribute, value.getAddress());
    }

    /** An attribute whose value is what {@code content} appends: attributes, or a fixed part and attributes. */
    public NetlinkRequest nested(int attribute, Consumer<NetlinkRequest> content) {
        ensure(ATTRIBUTE_HEADER_LENGTH);
        int start = body.position();
        body.putShort((short) 0).putShort((short) attribute);
        content.accept(this);
        int length = body.position() - start;
        if (length > 0xffff) {
            throw new IllegalArgumentException(
                    "netlink attribute %d is too long: %d bytes".formatted(attribute, length));
        }
        body.putShort(start, (short) length);
        return this;
    }

    /** The bytes on the wire, with a length that is a multiple of 4 so that another message can follow. */
    byte[] encode(int sequence) {
        int length = HEADER_LENGTH + body.position();
        ByteBuffer message = ByteBuffer.allocate(aligned(length)).order(ByteOrder.nativeOrder());
        message.putInt(length).putShort((short) type).putShort((short) flags);
        message.putInt(sequence).putInt(0);
        message.put(body.array(), 0, body.position());
        return message.array();
    }

    static int aligned(int length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }

    private void pad() {
        while (body.position() % ALIGNMENT != 0) {
            body.put((byte) 0);
        }
    }

    private void ensure(int length) {
        if (body.remaining() >= length) {
            return;
        }
        ByteBuffer larger = ByteBuffer.allocate(Math.max(body.capacity() * 2, body.position() + length))
                .order(ByteOrder.nativeOrder());
        larger.put(body.flip());
        body = larger;
    }
}
