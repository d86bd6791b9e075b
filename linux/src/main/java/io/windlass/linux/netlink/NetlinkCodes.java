package io.windlass.linux.netlink;

/** The numbers of include/uapi/linux/{netlink,rtnetlink,if_link,if_addr,veth}.h that are used here. */
final class NetlinkCodes {
    static final int AF_UNSPEC = 0;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int AF_BRIDGE = 7;

    static final int FLAG_REQUEST = 0x1;
    static final int FLAG_MULTI = 0x2;
    static final int FLAG_ACK = 0x4;
    static final int FLAG_DUMP_INTERRUPTED = 0x10;
    static final int FLAG_REPLACE = 0x100;
    static final int FLAG_EXCLUSIVE = 0x200;
    static final int FLAG_DUMP = 0x300;
    static final int FLAG_CREATE = 0x400;
    /** On acknowledgements: only the header of the request is quoted. */
    static final int FLAG_CAPPED = 0x100;
    /** On acknowledgements: attributes follow the quoted request. */
    static final int FLAG_ACK_ATTRIBUTES = 0x200;

    static final int MESSAGE_ERROR = 2;
    static final int MESSAGE_DONE = 3;

    static final int ERROR_TEXT = 1;

    static final int NEW_LINK = 16;
    static final int DELETE_LINK = 17;
    static final int GET_LINK = 18;
    static final int NEW_ADDRESS = 20;
    static final int DELETE_ADDRESS = 21;
    static final int GET_ADDRESS = 22;
    static final int NEW_ROUTE = 24;
    static final int DELETE_ROUTE = 25;
    static final int GET_ROUTE = 26;

    static final int LINK_HEADER_LENGTH = 16;
    static final int ADDRESS_HEADER_LENGTH = 8;
    static final int ROUTE_HEADER_LENGTH = 12;

    static final int LINK_UP = 0x1;
    static final int LINK_LOOPBACK = 0x8;

    static final int LINK_ADDRESS = 1;
    static final int LINK_NAME = 3;
    static final int LINK_MTU = 4;
    static final int LINK_MASTER = 10;
    static final int LINK_INFO = 18;
    static final int LINK_GROUP = 27;
    static final int LINK_NAMESPACE_FD = 28;
    static final int LINK_NAMESPACE_ID = 37;
    static final int LINK_INFO_KIND = 1;
    static final int LINK_INFO_DATA = 2;
    static final int LINK_INFO_PORT_KIND = 4;
    static final int LINK_INFO_PORT_DATA = 5;
    static final int PORT_HAIRPIN = 4;
    static final int VETH_PEER = 1;

    static final int ADDRESS_ADDRESS = 1;
    static final int ADDRESS_LOCAL = 2;
    static final int ADDRESS_BROADCAST = 4;
    static final int ADDRESS_FLAGS = 8;
    static final int ADDRESS_NO_DUPLICATE_DETECTION = 0x02;

    static final int ROUTE_DESTINATION = 1;
    static final int ROUTE_OUTPUT_LINK = 4;
    static final int ROUTE_GATEWAY = 5;
    static final int ROUTE_TABLE = 15;
    static final int TABLE_MAIN = 254;
    static final int PROTOCOL_STATIC = 4;
    static final int TYPE_UNICAST = 1;
    static final int SCOPE_UNIVERSE = 0;
    static final int SCOPE_LINK = 253;

    private NetlinkCodes() {}
}
