package io.windlass.pod.stats;

import io.windlass.pod.stats.Family.Point;
import java.util.List;
import java.util.function.ToLongFunction;

/** The interfaces of a pod, but for loopback. */
final class NetworkMetrics {
    static final List<Family<List<InterfaceCounters>>> ALL = List.of(
            of("receive_bytes_total", "Bytes received.", i -> i.received().bytes()),
            of("receive_packets_total", "Packets received.", i -> i.received().packets()),
            of(
                    "receive_packets_dropped_total",
                    "Packets dropped while receiving.",
                    i -> i.received().dropped()),
            of(
                    "receive_errors_total",
                    "Errors while receiving.",
                    i -> i.received().errors()),
            of("transmit_bytes_total", "Bytes sent.", i -> i.sent().bytes()),
            of("transmit_packets_total", "Packets sent.", i -> i.sent().packets()),
            of(
                    "transmit_packets_dropped_total",
                    "Packets dropped while sending.",
                    i -> i.sent().dropped()),
            of("transmit_errors_total", "Errors while sending.", i -> i.sent().errors()));

    private NetworkMetrics() {}

    private static Family<List<InterfaceCounters>> of(
            String name, String help, ToLongFunction<InterfaceCounters> value) {
        return Family.counters(
                "container_network_" + name,
                help,
                List.of("interface"),
                interfaces -> interfaces.stream()
                        .map(one -> Point.of(value.applyAsLong(one), one.name()))
                        .toList());
    }
}
