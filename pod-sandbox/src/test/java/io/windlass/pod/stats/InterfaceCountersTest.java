package io.windlass.pod.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.pod.stats.InterfaceCounters.Direction;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The kernel's table of interfaces. */
class InterfaceCountersTest {
    @Test
    void interfacesAreReadWithoutLoopback() {
        assertThat(InterfaceCounters.parse(List.of(
                        "Inter-|   Receive                                                |  Transmit",
                        " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop",
                        "    lo:     100       1    0    0    0     0          0         0      100       1    0    0    0"
                                + "     0       0          0",
                        "  eth0:12345      10    2    4    0     0          0         0      678       9    3    5    0"
                                + "     0       0          0")))
                .containsExactly(
                        new InterfaceCounters("eth0", new Direction(12345, 10, 2, 4), new Direction(678, 9, 3, 5)));
    }
}
