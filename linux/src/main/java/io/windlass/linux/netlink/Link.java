package io.windlass.linux.netlink;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A network interface.
 *
 * @param kind as in "bridge" or "veth"; empty for hardware and loopback
 * @param masterIndex the bridge that it is a port of
 * @param hardwareAddress empty where it has none, or one that is not Ethernet's
 */
public record Link(
        int index,
        String name,
        boolean up,
        Optional<String> kind,
        int mtu,
        OptionalInt masterIndex,
        Optional<HardwareAddress> hardwareAddress) {
    static Link parse(NetlinkReply reply) {
        Attributes attributes = reply.attributes(NetlinkCodes.LINK_HEADER_LENGTH);
        return new Link(
                reply.payload().getInt(4),
                attributes.string(NetlinkCodes.LINK_NAME).orElse(""),
                (reply.payload().getInt(8) & NetlinkCodes.LINK_UP) != 0,
                attributes.nested(NetlinkCodes.LINK_INFO).string(NetlinkCodes.LINK_INFO_KIND),
                attributes.uint32(NetlinkCodes.LINK_MTU).orElse(0),
                attributes.uint32(NetlinkCodes.LINK_MASTER),
                attributes
                        .bytes(NetlinkCodes.LINK_ADDRESS)
                        .filter(a -> a.length == 6)
                        .map(HardwareAddress::parse));
    }
}
