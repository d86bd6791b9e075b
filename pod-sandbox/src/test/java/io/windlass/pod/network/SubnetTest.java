package io.windlass.pod.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubnetTest {
    @ParameterizedTest
    @CsvSource({
        "10.88.0.0/16, 1, 10.88.0.1",
        "10.88.0.0/16, 258, 10.88.1.2",
        "10.88.77.3/16, 2, 10.88.0.2",
        "192.0.2.128/25, 5, 192.0.2.133",
        "10.0.0.0/8, 65536, 10.1.0.0",
        "fd12:3456:789a::/64, 2, fd12:3456:789a:0:0:0:0:2",
        "fd12:3456:789a::/64, 65535, fd12:3456:789a:0:0:0:0:ffff"
    })
    void an_address_is_so_many_behind_the_first(String subnet, long offset, String address) {
        assertThat(Subnet.parse(subnet).address(offset)).isEqualTo(InetAddress.ofLiteral(address));
    }

    @ParameterizedTest
    @CsvSource({
        "10.88.0.0/16, 10.88.255.255, true",
        "10.88.0.0/16, 10.89.0.0, false",
        "192.0.2.128/25, 192.0.2.127, false",
        "10.88.0.0/16, fd00::1, false",
        "fd00::/8, fdff::1, true",
        "0.0.0.0/0, 203.0.113.9, true"
    })
    void it_contains_what_its_prefix_says(String subnet, String address, boolean contained) {
        assertThat(Subnet.parse(subnet).contains(InetAddress.ofLiteral(address)))
                .isEqualTo(contained);
    }

    @Test
    void subnets_overlap_when_one_contains_the_other() {
        Subnet wide = Subnet.parse("10.0.0.0/8");
        Subnet narrow = Subnet.parse("10.88.0.0/16");
        assertThat(wide.overlaps(narrow)).isTrue();
        assertThat(narrow.overlaps(wide)).isTrue();
        assertThat(narrow.overlaps(Subnet.parse("10.89.0.0/16"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "10.88.0.0", "10.88.0.0/", "10.88.0.0/33", "10.88.0/16", "pods/16", "fd00::/129", "/16"})
    void what_is_no_subnet_is_refused_with_its_text(String text) {
        assertThatThrownBy(() -> Subnet.parse(text))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.INVALID_ARGUMENT))
                .hasMessageStartingWith("cannot use subnet ");
    }

    @Test
    void daemons_with_different_folders_have_different_bridges_and_ipv6_subnets() {
        NetworkConfig one = NetworkConfig.defaults(Path.of("/var/lib/windlass"));
        NetworkConfig other = NetworkConfig.defaults(Path.of("/srv/windlass"));
        assertThat(one.bridge()).matches("wl[0-9a-f]{8}").isNotEqualTo(other.bridge());
        assertThat(one.ipv6Subnet().orElseThrow().toString()).startsWith("fd").endsWith("/64");
        assertThat(one.ipv6Subnet()).isNotEqualTo(other.ipv6Subnet());
        assertThat(NetworkConfig.defaults(Path.of("/var/lib/x/../windlass"))).isEqualTo(one);
    }

    @Test
    void settings_that_cannot_work_are_refused_by_name() {
        NetworkConfig config = NetworkConfig.defaults(Path.of("/"));
        assertThatThrownBy(() -> config.withBridge("much-too-long-name")).hasMessageContaining("much-too-long-name");
        assertThatThrownBy(() -> config.withMtu(70)).hasMessageContaining("mtu 70");
        assertThatThrownBy(() -> config.withSubnet(Subnet.parse("fd00::/64"))).hasMessageContaining("has to be IPv4");
        assertThatThrownBy(() -> config.withSubnet(Subnet.parse("10.0.0.0/30"))).hasMessageContaining("/8 to /29");
        assertThatThrownBy(() -> config.withIpv6Subnet(Optional.of(Subnet.parse("10.0.0.0/16"))))
                .hasMessageContaining("has to be IPv6");
    }
}
