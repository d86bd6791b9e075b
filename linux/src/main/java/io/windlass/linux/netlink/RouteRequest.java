package io.windlass.linux.netlink;

import static io.windlass.linux.netlink.NetlinkCodes.*;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * One change of links, addresses or routes, ready to be sent.
 *
 * @param description what it does, for errors: "create bridge wl0"
 * @param encoded the message; its acknowledgement is asked for
 */
public record RouteRequest(String description, NetlinkRequest encoded) {
    private static final int CREATE = FLAG_ACK | FLAG_CREATE | FLAG_EXCLUSIVE;

    /** Creates a bridge that is up. Its hardware address is fixed, as otherwise it would change with its ports. */
    public static RouteRequest createBridge(String name, HardwareAddress hardwareAddress, int mtu) {
        NetlinkRequest request = link(NEW_LINK, CREATE, 0, LINK_UP)
                .attribute(LINK_NAME, name)
                .attribute(LINK_ADDRESS, hardwareAddress.bytes())
                .attribute(LINK_MTU, mtu)
                .nested(LINK_INFO, info -> info.attribute(LINK_INFO_KIND, "bridge"));
        return new RouteRequest("create bridge " + name, request);
    }

    /**
     * Creates a veth pair whose peer is born in its final namespace: moving it there would cost many milliseconds. The
     * host's end is up and a port of its bridge at once; the peer has to be set up by a message of its own, sent inside.
     */
    public static RouteRequest createVeth(Veth veth) {
        NetlinkRequest request = link(NEW_LINK, CREATE, 0, LINK_UP)
                .attribute(LINK_NAME, veth.name())
                .attribute(LINK_MTU, veth.mtu())
                .attribute(LINK_MASTER, veth.masterIndex())
                .nested(
                        LINK_INFO,
                        info -> info.attribute(LINK_INFO_KIND, "veth")
                                .nested(
                                        LINK_INFO_DATA,
                                        data -> data.nested(
                                                VETH_PEER,
                                                peer -> linkHeader(peer, 0, 0)
                                                        .attribute(LINK_NAME, veth.peerName())
                                                        .attribute(LINK_MTU, veth.mtu())
                                                        .attribute(
                                                                LINK_ADDRESS,
                                                                veth.peerHardwareAddress()
                                                                        .bytes())
                                                        .attribute(LINK_NAMESPACE_FD, veth.peerNamespace()))));
        return new RouteRequest("create veth " + veth.name(), request);
    }

    public static RouteRequest setUp(String name) {
        return new RouteRequest(
                "set link " + name + " up", link(NEW_LINK, FLAG_ACK, 0, LINK_UP).attribute(LINK_NAME, name));
    }

    public static RouteRequest setMtu(String name, int mtu) {
        return new RouteRequest(
                "set mtu of link " + name + " to " + mtu,
                link(NEW_LINK, FLAG_ACK, 0, 0).attribute(LINK_NAME, name).attribute(LINK_MTU, mtu));
    }

    /** Makes a link a port of a bridge. */
    public static RouteRequest setMaster(String name, int masterIndex) {
        return new RouteRequest(
                "set master of link " + name,
                link(NEW_LINK, FLAG_ACK, 0, 0).attribute(LINK_NAME, name).attribute(LINK_MASTER, masterIndex));
    }

    /**
     * Lets a bridge send a packet back out of the port that it came in by. With br_netfilter, a packet from a pod to a
     * host port or service that leads to the pod itself takes that way.
     */
    public static RouteRequest setHairpin(String port) {
        NetlinkRequest request = link(NEW_LINK, FLAG_ACK, 0, 0)
                .attribute(LINK_NAME, port)
                .nested(
                        LINK_INFO,
                        info -> info.attribute(LINK_INFO_PORT_KIND, "bridge")
                                .nested(LINK_INFO_PORT_DATA, data -> data.attribute(PORT_HAIRPIN, new byte[] {1})));
        return new RouteRequest("set hairpin mode of link " + port, request);
    }

    public static RouteRequest deleteLink(String name) {
        return new RouteRequest(
                "delete link " + name, link(DELETE_LINK, FLAG_ACK, 0, 0).attribute(LINK_NAME, name));
    }

    /** Moves a link to a group, of which all links can be named at once. */
    public static RouteRequest setGroup(String name, int group) {
        return new RouteRequest(
                "set group of link " + name,
                link(NEW_LINK, FLAG_ACK, 0, 0).attribute(LINK_NAME, name).attribute(LINK_GROUP, group));
    }

    /** Deletes all links of a group, in about the time that one takes. */
    public static RouteRequest deleteGroup(int group) {
        return new RouteRequest(
                "delete links of group " + group,
                link(DELETE_LINK, FLAG_ACK, 0, 0).attribute(LINK_GROUP, group));
    }

    /**
     * Gives a link an address, or leaves it as it is where the link has it already. IPv6 addresses skip duplicate address
     * detection: the allocator is what keeps them unique, and detection would delay their use by a second.
     */
    public static RouteRequest addAddress(int linkIndex, InetAddress address, int prefixLength) {
        boolean ipv4 = address instanceof Inet4Address;
        int headerFlags = ipv4 ? 0 : ADDRESS_NO_DUPLICATE_DETECTION;
        NetlinkRequest request = new NetlinkRequest(NEW_ADDRESS, FLAG_ACK | FLAG_CREATE | FLAG_REPLACE)
                .bytes(ipv4 ? AF_INET : AF_INET6, prefixLength, headerFlags, SCOPE_UNIVERSE)
                .uint32(linkIndex)
                .attribute(ADDRESS_LOCAL, address)
                .attribute(ADDRESS_ADDRESS, address);
        return new RouteRequest("add address %s/%d".formatted(address.getHostAddress(), prefixLength), request);
    }

    public static RouteRequest deleteAddress(int linkIndex, InetAddress address, int prefixLength) {
        NetlinkRequest request = new NetlinkRequest(DELETE_ADDRESS, FLAG_ACK)
                .bytes(address instanceof Inet4Address ? AF_INET : AF_INET6, prefixLength, 0, SCOPE_UNIVERSE)
                .uint32(linkIndex)
                .attribute(ADDRESS_LOCAL, address);
        return new RouteRequest("delete address %s/%d".formatted(address.getHostAddress(), prefixLength), request);
    }

    /** The default route of the gateway's family, in the main table; replaces one of the same metric. */
    public static RouteRequest defaultRoute(int linkIndex, InetAddress gateway) {
        NetlinkRequest request = new NetlinkRequest(NEW_ROUTE, FLAG_ACK | FLAG_CREATE | FLAG_REPLACE)
                .bytes(gateway instanceof Inet4Address ? AF_INET : AF_INET6, 0, 0, 0)
                .bytes(TABLE_MAIN, PROTOCOL_STATIC, SCOPE_UNIVERSE, TYPE_UNICAST)
                .uint32(0)
                .attribute(ROUTE_GATEWAY, gateway)
                .attribute(ROUTE_OUTPUT_LINK, linkIndex);
        return new RouteRequest("add default route via " + gateway.getHostAddress(), request);
    }

    static NetlinkRequest getLink(String name) {
        return link(GET_LINK, 0, 0, 0).attribute(LINK_NAME, name);
    }

    static NetlinkRequest dump(int type) {
        NetlinkRequest request = new NetlinkRequest(type, FLAG_DUMP);
        return switch (type) {
            case GET_LINK -> linkHeader(request, 0, 0);
            case GET_ADDRESS -> request.bytes(AF_UNSPEC, 0, 0, 0).uint32(0);
            case GET_ROUTE -> request.bytes(AF_UNSPEC, 0, 0, 0, 0, 0, 0, 0).uint32(0);
            default -> throw new IllegalArgumentException("no dump of message type " + type);
        };
    }

    private static NetlinkRequest link(int type, int flags, int index, int up) {
        return linkHeader(new NetlinkRequest(type, flags), index, up);
    }

    /** struct ifinfomsg: of the interface flags only those in the change mask are touched. */
    private static NetlinkRequest linkHeader(NetlinkRequest request, int index, int up) {
        return request.bytes(AF_UNSPEC, 0).uint16(0).uint32(index).uint32(up).uint32(up);
    }

    /**
     * A veth pair to create.
     *
     * @param masterIndex the bridge that the host's end becomes a port of
     * @param peerNamespace an open file descriptor of the network namespace that the peer is born in
     */
    public record Veth(
            String name,
            int masterIndex,
            int mtu,
            String peerName,
            HardwareAddress peerHardwareAddress,
            int peerNamespace) {}
}
