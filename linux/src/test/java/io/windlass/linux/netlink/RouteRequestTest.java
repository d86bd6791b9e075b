package io.windlass.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.windlass.linux.netlink.RouteRequest.Veth;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bytes on the wire, as they stand in the kernel's headers; written down for little-endian machines. */
class RouteRequestTest {
    @BeforeEach
    void needsLittleEndian() {
        assumeThat(ByteOrder.nativeOrder()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void a_link_is_set_up_by_name_with_padding_after_the_name() {
        assertThat(hex(RouteRequest.setUp("eth0")))
                .isEqualTo(bytes(
                        "2c000000 1000 0500 07000000 00000000" // header: 44 bytes, RTM_NEWLINK, REQUEST|ACK, 7
                                + "00 00 0000 00000000 01000000 01000000" // ifinfomsg: IFF_UP in flags and change
                                + "0900 0300 6574683000 000000")); // IFLA_IFNAME "eth0\0"
    }

    @Test
    void a_veth_is_born_with_its_peer_in_another_namespace() {
        Veth veth = new Veth("wl1", 5, 1500, "eth0", new HardwareAddress(0x020000000001L), 9);
        assertThat(hex(RouteRequest.createVeth(veth)))
                .isEqualTo(bytes(
                        "88000000 1000 0506 07000000 00000000" // REQUEST|ACK|EXCL|CREATE
                                + "00 00 0000 00000000 01000000 01000000"
                                + "0800 0300 776c3100" // IFLA_IFNAME
                                + "0800 0400 dc050000" // IFLA_MTU
                                + "0800 0a00 05000000" // IFLA_MASTER
                                + "5000 1200" // IFLA_LINKINFO
                                + "0900 0100 7665746800 000000" // IFLA_INFO_KIND
                                + "4000 0200" // IFLA_INFO_DATA
                                + "3c00 0100" // VETH_INFO_PEER
                                + "00 00 0000 00000000 00000000 00000000"
                                + "0900 0300 6574683000 000000"
                                + "0800 0400 dc050000"
                                + "0a00 0100 020000000001 0000" // IFLA_ADDRESS
                                + "0800 1c00 09000000")); // IFLA_NET_NS_FD
    }

    @Test
    void an_ipv6_address_skips_duplicate_detection_and_an_ipv4_one_has_no_such_flag() throws UnknownHostException {
        assertThat(hex(RouteRequest.addAddress(2, InetAddress.getByName("fd00::2"), 64)))
                .isEqualTo(bytes(
                        "40000000 1400 0505 07000000 00000000" // REQUEST|ACK|REPLACE|CREATE
                                + "0a 40 02 00 02000000"
                                + "1400 0200 fd000000000000000000000000000002"
                                + "1400 0100 fd000000000000000000000000000002"));
        assertThat(hex(RouteRequest.addAddress(2, InetAddress.getByName("10.88.0.2"), 16)))
                .isEqualTo(bytes("28000000 1400 0505 07000000 00000000"
                        + "02 10 00 00 02000000"
                        + "0800 0200 0a580002"
                        + "0800 0100 0a580002"));
    }

    @Test
    void a_default_route_names_gateway_and_link_in_the_main_table() throws UnknownHostException {
        assertThat(hex(RouteRequest.defaultRoute(2, InetAddress.getByName("10.88.0.1"))))
                .isEqualTo(bytes("2c000000 1800 0505 07000000 00000000"
                        + "02 00 00 00 fe 04 00 01 00000000"
                        + "0800 0500 0a580001"
                        + "0800 0400 02000000"));
    }

    @Test
    void hairpin_mode_is_a_property_of_the_bridge_port() {
        assertThat(hex(RouteRequest.setHairpin("wl1")))
                .isEqualTo(bytes("44000000 1000 0500 07000000 00000000"
                        + "00 00 0000 00000000 00000000 00000000"
                        + "0800 0300 776c3100"
                        + "1c00 1200" // IFLA_LINKINFO
                        + "0b00 0400 62726964676500 00" // IFLA_INFO_SLAVE_KIND "bridge\0"
                        + "0c00 0500" // IFLA_INFO_SLAVE_DATA
                        + "0500 0400 01 000000")); // IFLA_BRPORT_MODE
    }

    @Test
    void a_long_message_grows_its_buffer() {
        NetlinkRequest request = new NetlinkRequest(1, 0);
        for (int i = 0; i < 100; i++) {
            request.attribute(i, "some text");
        }
        assertThat(request.encode(1)).hasSize(16 + 100 * 16);
    }

    private static String bytes(String spaced) {
        return spaced.replace(" ", "");
    }

    private static String hex(RouteRequest request) {
        return HexFormat.of().formatHex(request.encoded().encode(7));
    }
}
