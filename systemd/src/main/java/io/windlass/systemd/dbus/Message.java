package io.windlass.systemd.dbus;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A message of D-Bus; header fields that are absent are empty, or 0.
 *
 * @param replySerial of an answer: the serial of the call
 * @param errorName of an error
 * @param body marshalled after {@code signature}, in the byte order of the message
 */
public record Message(
        Kind kind,
        long serial,
        long replySerial,
        String path,
        String interfaceName,
        String member,
        String errorName,
        String destination,
        String signature,
        ByteBuffer body) {
    private static final int PATH = 1;
    private static final int INTERFACE = 2;
    private static final int MEMBER = 3;
    private static final int ERROR_NAME = 4;
    private static final int REPLY_SERIAL = 5;
    private static final int DESTINATION = 6;
    private static final int SENDER = 7;
    private static final int SIGNATURE = 8;
    private static final int UNIX_FDS = 9;
    private static final int PROTOCOL_VERSION = 1;

    /** Bytes that tell how long a message is. */
    static final int PREAMBLE = 16;

    /** By their numbers on the wire. */
    public enum Kind {
        INVALID(0),
        CALL(1),
        RETURN(2),
        ERROR(3),
        SIGNAL(4);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        static Kind of(int number) {
            return switch (number) {
                case 1 -> CALL;
                case 2 -> RETURN;
                case 3 -> ERROR;
                case 4 -> SIGNAL;
                default -> INVALID;
            };
        }
    }

    /** @param destination a name on the bus; empty on a connection without one */
    public static Message call(
            String destination,
            String path,
            String interfaceName,
            String member,
            String signature,
            MessageWriter body) {
        return new Message(
                Kind.CALL,
                0,
                0,
                path,
                interfaceName,
                member,
                "",
                destination,
                signature,
                ByteBuffer.wrap(body.toBytes()).order(ByteOrder.LITTLE_ENDIAN));
    }

    public MessageReader reader() {
        return new MessageReader(body.duplicate().order(body.order()));
    }

    byte[] encode(long newSerial) {
        MessageWriter writer = new MessageWriter()
                .octet('l')
                .octet(kind.number)
                .octet(0)
                .octet(PROTOCOL_VERSION)
                .uint32(body.remaining())
                .uint32(newSerial);
        writer.array(8, () -> {
            text(writer, PATH, "o", path);
            text(writer, INTERFACE, "s", interfaceName);
            text(writer, MEMBER, "s", member);
            text(writer, ERROR_NAME, "s", errorName);
            if (replySerial != 0) {
                writer.align(8).octet(REPLY_SERIAL).signature("u").uint32(replySerial);
            }
            text(writer, DESTINATION, "s", destination);
            if (!signature.isEmpty()) {
                writer.align(8).octet(SIGNATURE).signature("g").signature(signature);
            }
        });
        return writer.align(8).raw(body.duplicate()).toBytes();
    }

    private static void text(MessageWriter writer, int field, String type, String value) {
        if (!value.isEmpty()) {
            writer.align(8).octet(field).signature(type).string(value);
        }
    }

    /** How long a whole message is, by its first {@value #PREAMBLE} bytes. */
    static long length(ByteBuffer preamble) {
        ByteBuffer ordered = preamble.duplicate().order(order(preamble));
        long body = Integer.toUnsignedLong(ordered.getInt(4));
        long fields = Integer.toUnsignedLong(ordered.getInt(12));
        return PREAMBLE + (fields + 7) / 8 * 8 + body;
    }

    static Message decode(ByteBuffer bytes) {
        ByteOrder order = order(bytes);
        MessageReader reader = new MessageReader(bytes.duplicate().order(order));
        reader.octet();
        int number = reader.octet();
        Kind kind = Kind.of(number);
        reader.octet();
        reader.octet();
        int length = Math.toIntExact(reader.uint32());
        long serial = reader.uint32();
        Fields fields = Fields.read(reader);
        ByteBuffer body = bytes.slice(reader.align(8).position(), length).order(order);
        return new Message(
                kind,
                serial,
                fields.replySerial,
                fields.path,
                fields.interfaceName,
                fields.member,
                fields.errorName,
                fields.destination,
                fields.signature,
                body);
    }

    private static ByteOrder order(ByteBuffer message) {
        return message.get(0) == 'B' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    /** The header fields of one message. */
    private static final class Fields {
        private long replySerial;
        private String path = "";
        private String interfaceName = "";
        private String member = "";
        private String errorName = "";
        private String destination = "";
        private String signature = "";

        static Fields read(MessageReader reader) {
            Fields fields = new Fields();
            long length = reader.uint32();
            long end = reader.position() + length;
            while (reader.position() < end) {
                int field = reader.align(8).octet();
                String type = reader.signature();
                fields.take(field, type, reader);
            }
            return fields;
        }

        private void take(int field, String type, MessageReader reader) {
            switch (field) {
                case PATH -> path = reader.string();
                case INTERFACE -> interfaceName = reader.string();
                case MEMBER -> member = reader.string();
                case ERROR_NAME -> errorName = reader.string();
                case REPLY_SERIAL -> replySerial = reader.uint32();
                case DESTINATION -> destination = reader.string();
                case SENDER -> reader.string();
                case SIGNATURE -> signature = reader.signature();
                case UNIX_FDS -> reader.uint32();
                default -> skip(type, reader);
            }
        }

        // Unknown fields are to be ignored; the specification has none of another type.
        private static void skip(String type, MessageReader reader) {
            switch (type) {
                case "s", "o" -> reader.string();
                case "g" -> reader.signature();
                case "u" -> reader.uint32();
                default -> throw new IllegalArgumentException("header field of type " + type);
            }
        }
    }
}
