package io.windlass.pod.network;

import io.windlass.fault.Fault;

/**
 * A port of the host that leads to a port of the pod.
 *
 * @param hostPort 0 when the port is not mapped at all; such mappings are documentation only
 * @param hostAddress the host's address to listen on; empty for all of them
 */
public record PortMapping(Protocol protocol, int containerPort, int hostPort, String hostAddress) {
    public PortMapping {
        requirePort("container port", containerPort, 1);
        requirePort("host port", hostPort, 0);
    }

    private static void requirePort(String what, int port, int least) {
        if (port < least || port > 65535) {
            throw Fault.invalid("cannot map %s %d: ports go from %d to 65535".formatted(what, port, least));
        }
    }

    /** The transport protocols that can be mapped; their lower-case names are those of nftables and CNI. */
    public enum Protocol {
        TCP,
        UDP,
        SCTP
    }
}
