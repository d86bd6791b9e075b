package io.windlass.pod.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.pod.model.PortMapping;
import io.windlass.pod.model.Protocol;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NftRulesTest {
    private static final Ranges RANGES =
            new Ranges(Subnet.parse("10.88.0.0/16"), Optional.of(Subnet.parse("fd00:1::/64")));

    private final NftRules rules =
            new NftRules("0a1b2c3d", "wl0a1b2c3d", RANGES.subnets().toList());

    @Test
    void a_port_of_all_addresses_leads_to_the_pod_over_both_families() {
        assertThat(rules.addPorts(lease(true, mapping(Protocol.TCP, 8080, 80, ""))))
                .isEqualTo("add element inet windlass_0a1b2c3d ipv4_ports_of_any { tcp . 8080 : 10.88.1.2 . 80 }\n"
                        + "add element inet windlass_0a1b2c3d ipv6_ports_of_any"
                        + " { tcp . 8080 : fd00:1:0:0:0:0:0:102 . 80 }\n");
    }

    @Test
    void a_pod_without_ipv6_has_no_ipv6_ports() {
        assertThat(rules.addPorts(lease(false, mapping(Protocol.UDP, 53, 53, ""))))
                .isEqualTo("add element inet windlass_0a1b2c3d ipv4_ports_of_any { udp . 53 : 10.88.1.2 . 53 }\n");
    }

    @Test
    void several_ports_are_one_change_of_each_map() {
        Lease lease = lease(
                true,
                mapping(Protocol.TCP, 80, 8080, "127.0.0.1"),
                mapping(Protocol.SCTP, 81, 8081, "192.0.2.1"),
                mapping(Protocol.TCP, 82, 8082, "::"));
        assertThat(rules.deletePorts(lease))
                .isEqualTo("delete element inet windlass_0a1b2c3d ipv4_ports"
                        + " { 127.0.0.1 . tcp . 80, 192.0.2.1 . sctp . 81 }\n"
                        + "delete element inet windlass_0a1b2c3d ipv6_ports_of_any { tcp . 82 }\n");
    }

    @Test
    void the_table_replaces_the_one_before_and_has_all_leases_ports_in_one_transaction() {
        String text = rules.install(List.of(lease(false, mapping(Protocol.TCP, 80, 8080, ""))));
        assertThat(text)
                .startsWith("table inet windlass_0a1b2c3d\ndelete table inet windlass_0a1b2c3d\n")
                .contains("elements = { tcp . 80 : 10.88.1.2 . 8080 }")
                .contains("ip saddr 10.88.0.0/16 ip daddr != { 10.88.0.0/16, 224.0.0.0/4 } masquerade")
                .contains("ip6 saddr fd00:1:0:0:0:0:0:0/64")
                .contains("iifname \"wl0a1b2c3d\" ip daddr 127.0.0.0/8 drop");
    }

    @Test
    void without_ipv6_nothing_is_said_about_its_subnet() {
        NftRules ipv4 = new NftRules("0a1b2c3d", "br", List.of(RANGES.subnet()));
        assertThat(ipv4.install(List.of())).doesNotContain("ip6 saddr");
        assertThat(ipv4.addPorts(lease(true, mapping(Protocol.TCP, 80, 80, "::"))))
                .isEmpty();
    }

    @Test
    void pods_of_several_ranges_reach_each_other_with_their_own_addresses() {
        Ranges before = new Ranges(Subnet.parse("10.99.0.0/24"), Optional.of(Subnet.parse("fd00:2::/64")));
        NftRules both = new NftRules(
                "0a1b2c3d",
                "br",
                Stream.of(RANGES, before, RANGES).flatMap(Ranges::subnets).toList());
        Lease old = new Lease(
                "old",
                7,
                "wl2",
                true,
                Lease.State.ATTACHED,
                HostPort.of(List.of(mapping(Protocol.TCP, 80, 8080, ""))),
                before);
        assertThat(both.install(List.of(old)))
                .contains("elements = { tcp . 80 : 10.99.0.7 . 8080 }")
                .contains("elements = { tcp . 80 : fd00:2:0:0:0:0:0:7 . 8080 }")
                .contains(
                        "ct status dnat ip saddr { 10.88.0.0/16, 10.99.0.0/24 } ip daddr { 10.88.0.0/16, 10.99.0.0/24 }")
                .contains("ip saddr { 10.88.0.0/16, 10.99.0.0/24 } ip daddr"
                        + " != { 10.88.0.0/16, 10.99.0.0/24, 224.0.0.0/4 } masquerade");
    }

    @Test
    void mappings_without_a_host_port_are_left_out_and_doubles_count_once() {
        PortMapping mapping = mapping(Protocol.TCP, 80, 8080, "");
        assertThat(HostPort.of(List.of(mapping, mapping, mapping(Protocol.TCP, 0, 90, ""))))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "70000, 80, '', cannot map host port 70000",
        "-1, 80, '', cannot map host port -1",
        "80, 0, '', cannot map container port 0",
        "80, 80, localhost, cannot map a port of host address 'localhost'",
        "80, 80, '1.2.3.4; drop', cannot map a port of host address"
    })
    void what_is_no_port_or_address_is_refused(int hostPort, int containerPort, String address, String message) {
        assertThatThrownBy(() -> HostPort.of(List.of(mapping(Protocol.TCP, hostPort, containerPort, address))))
                .hasMessageStartingWith(message);
    }

    private static Lease lease(boolean ipv6, PortMapping... mappings) {
        return new Lease("pod", 258, "wl1", ipv6, Lease.State.ATTACHED, HostPort.of(List.of(mappings)), RANGES);
    }

    private static PortMapping mapping(Protocol protocol, int hostPort, int containerPort, String address) {
        return new PortMapping(protocol, containerPort, hostPort, address);
    }
}
