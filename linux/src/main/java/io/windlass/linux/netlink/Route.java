package io.windlass.linux.netlink;

import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A unicast route.
 *
 * @param destination empty for a default route
 * @param linkIndex empty for routes over several links
 */
public record Route(
        boolean ipv6,
        Optional<InetAddress> destination,
        int prefixLength,
        Optional<InetAddress> gateway,
        OptionalInt linkIndex,
        int table) {
    static Optional<Route> parse(NetlinkReply reply) {
        Attributes attributes = reply.attributes(NetlinkCodes.ROUTE_HEADER_LENGTH);
        if (reply.payload().get(7) != NetlinkCodes.TYPE_UNICAST) {
            return Optional.empty();
        }
        return Optional.of(new Route(
                reply.payload().get(0) == NetlinkCodes.AF_INET6,
                attributes.address(NetlinkCodes.ROUTE_DESTINATION),
                Byte.toUnsignedInt(reply.payload().get(1)),
                attributes.address(NetlinkCodes.ROUTE_GATEWAY),
                attributes.uint32(NetlinkCodes.ROUTE_OUTPUT_LINK),
                attributes
                        .uint32(NetlinkCodes.ROUTE_TABLE)
                        .orElse(Byte.toUnsignedInt(reply.payload().get(4)))));
    }
}
