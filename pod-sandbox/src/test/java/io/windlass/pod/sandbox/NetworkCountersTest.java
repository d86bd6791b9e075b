package io.windlass.pod.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.pod.model.NetworkInterfaceUsage;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The kernel's table of interfaces. */
class NetworkCountersTest {
    @Test
    void interfacesAreReadWithoutLoopback() {
        assertThat(NetworkCounters.parse(List.of(
                        "Inter-|   Receive                                                |  Transmit",
                        " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop",
                        "    lo:     100       1    0    0    0     0          0         0      100       1    0    0",
                        "  eth0:12345      10    2    0    0     0          0         0      678       9    3    0")))
                .containsExactly(new NetworkInterfaceUsage("eth0", 12345, 2, 678, 3));
    }
}
