package io.windlass.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One message that the kernel sent.
 *
 * @param port whom the kernel answers: this socket's port id
 * @param payload what follows the header, in the machine's byte order
 */
record NetlinkReply(int type, int flags, int sequence, int port, ByteBuffer payload) {
    /** The messages of one datagram, whose length is its limit. */
    static List<NetlinkReply> parse(ByteBuffer datagram) {
        List<NetlinkReply> replies = new ArrayList<>();
        ByteBuffer rest = datagram.slice().order(ByteOrder.nativeOrder());
        while (rest.remaining() >= NetlinkRequest.HEADER_LENGTH) {
            int start = rest.position();
            int length = rest.getInt();
            if (length < NetlinkRequest.HEADER_LENGTH || length > rest.limit() - start) {
                throw new MalformedNetlinkException(
                        "message of %d bytes in a datagram with %d left".formatted(length, rest.limit() - start));
            }
            int type = Short.toUnsignedInt(rest.getShort());
            int flags = Short.toUnsignedInt(rest.getShort());
            int sequence = rest.getInt();
            int port = rest.getInt();
            ByteBuffer payload = rest.slice(start + NetlinkRequest.HEADER_LENGTH, length - NetlinkRequest.HEADER_LENGTH)
                    .order(ByteOrder.nativeOrder());
            replies.add(new NetlinkReply(type, flags, sequence, port, payload));
            rest.position(Math.min(start + NetlinkRequest.aligned(length), rest.limit()));
        }
        return replies;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** The attributes behind a fixed part of {@code fixedLength} bytes. */
    Attributes attributes(int fixedLength) {
        if (payload.limit() < fixedLength) {
            throw new MalformedNetlinkException(
                    "message type %d has %d bytes where %d belong".formatted(type, payload.limit(), fixedLength));
        }
        int start = Math.min(NetlinkRequest.aligned(fixedLength), payload.limit());
        return Attributes.parse(payload.slice(start, payload.limit() - start));
    }
}
