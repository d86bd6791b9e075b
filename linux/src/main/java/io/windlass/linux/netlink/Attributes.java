package io.windlass.linux.netlink;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The attributes of a message or of a nested attribute, by type. Of repeated types the last one counts, as in the kernel. */
final class Attributes {
    /** Of the 16 type bits, the upper two say "nested" and "network byte order". */
    private static final int TYPE_MASK = 0x3fff;

    private final Map<Integer, ByteBuffer> values;

    private Attributes(Map<Integer, ByteBuffer> values) {
        this.values = values;
    }

    static Attributes parse(ByteBuffer content) {
        Map<Integer, ByteBuffer> values = new HashMap<>();
        ByteBuffer rest = content.slice().order(ByteOrder.nativeOrder());
        while (rest.remaining() >= 4) {
            int start = rest.position();
            int length = Short.toUnsignedInt(rest.getShort());
            int type = Short.toUnsignedInt(rest.getShort()) & TYPE_MASK;
            if (length < 4 || length > rest.limit() - start) {
                throw new MalformedNetlinkException(
                        "attribute %d of %d bytes where %d are left".formatted(type, length, rest.limit() - start));
            }
            values.put(type, rest.slice(start + 4, length - 4).order(ByteOrder.nativeOrder()));
            rest.position(Math.min(start + NetlinkRequest.aligned(length), rest.limit()));
        }
        return new Attributes(values);
    }

    boolean has(int type) {
        return values.containsKey(type);
    }

    OptionalInt uint32(int type) {
        ByteBuffer value = values.get(type);
        return value == null || value.limit() < 4 ? OptionalInt.empty() : OptionalInt.of(value.getInt(0));
    }

    Optional<byte[]> bytes(int type) {
        ByteBuffer value = values.get(type);
        if (value == null) {
            return Optional.empty();
        }
        byte[] bytes = new byte[value.limit()];
        value.get(0, bytes);
        return Optional.of(bytes);
    }

    /** Text up to its NUL, if it has one. */
    Optional<String> string(int type) {
        return bytes(type).map(bytes -> {
            int length = 0;
            while (length < bytes.length && bytes[length] != 0) {
                length++;
            }
            return new String(bytes, 0, length, StandardCharsets.UTF_8);
        });
    }

    Optional<InetAddress> address(int type) {
        return bytes(type).map(bytes -> {
            try {
                return InetAddress.getByAddress(bytes);
            } catch (UnknownHostException e) {
                MalformedNetlinkException malformed =
                        new MalformedNetlinkException("address attribute %d of %d bytes".formatted(type, bytes.length));
                malformed.initCause(e);
                throw malformed;
            }
        });
    }

    /** The attributes inside one; none when it is absent. */
    Attributes nested(int type) {
        ByteBuffer value = values.get(type);
        return value == null ? new Attributes(Map.of()) : parse(value);
    }
}
