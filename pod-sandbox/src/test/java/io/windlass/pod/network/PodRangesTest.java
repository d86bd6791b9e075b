package io.windlass.pod.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PodRangesTest {
    private static final NetworkConfig DEFAULTS = NetworkConfig.defaults(Path.of("/var/lib/windlass"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.97.0.0/24 | 10.97.0.0/24 |",
                "fd00:97::/64 | | fd00:97:0:0:0:0:0:0/64",
                "10.97.0.0/24,fd00:97::/64 | 10.97.0.0/24 | fd00:97:0:0:0:0:0:0/64",
                "fd00:97::/64, 10.97.0.0/24 | 10.97.0.0/24 | fd00:97:0:0:0:0:0:0/64"
            })
    void a_range_of_each_family_is_read_in_any_order(String text, String ipv4, String ipv6) {
        PodRanges ranges = PodRanges.parse(text);
        assertThat(ranges.ipv4().map(Subnet::toString)).isEqualTo(Optional.ofNullable(ipv4));
        assertThat(ranges.ipv6().map(Subnet::toString)).isEqualTo(Optional.ofNullable(ipv6));
        assertThat(PodRanges.parse(ranges.toString())).isEqualTo(ranges);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.97.0.0/24,10.98.0.0/24", "10.97.0.0/24,", "10.97.0.0", "pods"})
    void anything_else_is_refused(String text) {
        assertThatThrownBy(() -> PodRanges.parse(text)).isInstanceOf(Fault.class);
    }

    @Test
    void they_count_where_the_configuration_leaves_the_choice() {
        PodRanges ranges = PodRanges.parse("10.97.0.0/24,fd00:97::/64");
        DEFAULTS.requireLeaves(ranges);
        NetworkConfig result = DEFAULTS.withAssigned(ranges);
        assertThat(result.subnet()).isEqualTo(ranges.ipv4());
        assertThat(result.ipv6Subnet()).isEqualTo(ranges.ipv6());
        assertThat(result.withAssigned(PodRanges.NONE)).isEqualTo(result);
    }

    @Test
    void the_configuration_goes_before_them() {
        Subnet own = Subnet.parse("10.50.0.0/16");
        assertThatThrownBy(() -> DEFAULTS.withSubnet(own).requireLeaves(PodRanges.parse("10.97.0.0/24")))
                .hasMessage("[network] subnet is 10.50.0.0/16");
        assertThatThrownBy(
                        () -> DEFAULTS.withIpv6Subnet(Optional.empty()).requireLeaves(PodRanges.parse("fd00:97::/64")))
                .hasMessage("[network] subnet6 is none");
        DEFAULTS.withSubnet(own).requireLeaves(PodRanges.parse("10.50.0.0/16"));
    }
}
