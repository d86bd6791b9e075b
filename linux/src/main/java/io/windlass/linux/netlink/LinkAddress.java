package io.windlass.linux.netlink;

import java.net.InetAddress;
import java.util.Optional;

/** An address that a link has. */
public record LinkAddress(int linkIndex, InetAddress address, int prefixLength) {
    static Optional<LinkAddress> parse(NetlinkReply reply) {
        Attributes attributes = reply.attributes(NetlinkCodes.ADDRESS_HEADER_LENGTH);
        // On point-to-point links "address" is the other side's; "local" is always the link's own, where it is given.
        return attributes
                .address(NetlinkCodes.ADDRESS_LOCAL)
                .or(() -> attributes.address(NetlinkCodes.ADDRESS_ADDRESS))
                .map(address -> new LinkAddress(
                        reply.payload().getInt(4),
                        address,
                        Byte.toUnsignedInt(reply.payload().get(1))));
    }
}
