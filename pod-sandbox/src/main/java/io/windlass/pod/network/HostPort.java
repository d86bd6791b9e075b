package io.windlass.pod.network;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.model.PortMapping;
import io.windlass.pod.model.Protocol;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * A port of the host that leads to a port of a pod; checked.
 *
 * @param address the host's address that it is for; empty for all, of both families
 */
record HostPort(Protocol protocol, Optional<InetAddress> address, int port, int containerPort) {
    private static final int GREATEST = 65535;

    /** The mappings that ask for a host port, each once. */
    static List<HostPort> of(List<PortMapping> mappings) {
        return mappings.stream()
                .filter(mapping -> mapping.hostPort() != 0)
                .map(HostPort::of)
                .distinct()
                .toList();
    }

    private static HostPort of(PortMapping mapping) {
        require("host port", mapping.hostPort());
        require("container port", mapping.containerPort());
        return new HostPort(mapping.protocol(), address(mapping.hostIp()), mapping.hostPort(), mapping.containerPort());
    }

    static Optional<InetAddress> address(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(IpLiteral.parse(text));
        } catch (IllegalArgumentException e) {
            throw new Fault(
                    FaultKind.INVALID_ARGUMENT,
                    "cannot map a port of host address '" + text + "': not an IP address",
                    e);
        }
    }

    /** Whether it is for a family: "any" of IPv4 (0.0.0.0) is not for IPv6, and the other way round. */
    boolean covers(boolean ipv4) {
        return address.isEmpty() || address.get() instanceof Inet4Address == ipv4;
    }

    /** The one address that it is for, if it is not for all of its family. */
    Optional<InetAddress> single() {
        return address.filter(a -> !a.isAnyLocalAddress());
    }

    @Override
    public String toString() {
        String host = address.map(a -> a instanceof Inet4Address ? a.getHostAddress() : "[" + a.getHostAddress() + "]")
                .orElse("*");
        return "%s:%d/%s".formatted(host, port, name());
    }

    /** The protocol's name, as nftables and CNI spell it. */
    String name() {
        return switch (protocol) {
            case TCP -> "tcp";
            case UDP -> "udp";
            case SCTP -> "sctp";
        };
    }

    private static void require(String what, int port) {
        if (port < 1 || port > GREATEST) {
            throw Fault.invalid("cannot map %s %d: ports go from 1 to %d".formatted(what, port, GREATEST));
        }
    }
}
