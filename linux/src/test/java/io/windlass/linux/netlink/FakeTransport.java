package io.windlass.linux.netlink;

import io.windlass.linux.SyscallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A kernel that answers what the test has laid out. */
final class FakeTransport implements NetlinkTransport {
    final List<byte[]> sent = new ArrayList<>();
    private final Deque<Object> answers = new ArrayDeque<>();

    /** A datagram of these messages. */
    FakeTransport answer(byte[]... messages) {
        int length = 0;
        for (byte[] message : messages) {
            length += message.length;
        }
        ByteBuffer datagram = ByteBuffer.allocate(length);
        for (byte[] message : messages) {
            datagram.put(message);
        }
        answers.add(datagram.array());
        return this;
    }

    FakeTransport fail(SyscallException failure) {
        answers.add(failure);
        return this;
    }

    /** One message; its body is padded to a multiple of four. */
    static byte[] message(int type, int flags, int sequence, byte[] body) {
        int length = 16 + body.length;
        return ByteBuffer.allocate(NetlinkRequest.aligned(length))
                .order(ByteOrder.nativeOrder())
                .putInt(length)
                .putShort((short) type)
                .putShort((short) flags)
                .putInt(sequence)
                .putInt(4711)
                .put(body)
                .array();
    }

    static byte[] acknowledgement(int sequence, int errno) {
        return message(NetlinkCodes.MESSAGE_ERROR, NetlinkCodes.FLAG_CAPPED, sequence, errorBody(errno));
    }

    /** A negative acknowledgement that explains itself. */
    static byte[] explained(int sequence, int errno, String text) {
        byte[] body = errorBody(errno);
        byte[] words = (text + '\0').getBytes(java.nio.charset.StandardCharsets.UTF_8);
        ByteBuffer extended = ByteBuffer.allocate(body.length + 4 + words.length)
                .order(ByteOrder.nativeOrder())
                .put(body)
                .putShort((short) (4 + words.length))
                .putShort((short) NetlinkCodes.ERROR_TEXT)
                .put(words);
        int flags = NetlinkCodes.FLAG_CAPPED | NetlinkCodes.FLAG_ACK_ATTRIBUTES;
        return message(NetlinkCodes.MESSAGE_ERROR, flags, sequence, extended.array());
    }

    private static byte[] errorBody(int errno) {
        return ByteBuffer.allocate(20)
                .order(ByteOrder.nativeOrder())
                .putInt(-errno)
                .array();
    }

    @Override
    public void send(byte[] datagram) {
        sent.add(datagram);
    }

    @Override
    public ByteBuffer receive() {
        Object answer = answers.remove();
        if (answer instanceof SyscallException failure) {
            throw failure;
        }
        return ByteBuffer.wrap((byte[]) answer);
    }

    @Override
    public void close() {}
}
