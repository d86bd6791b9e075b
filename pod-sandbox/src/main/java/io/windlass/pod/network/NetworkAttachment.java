package io.windlass.pod.network;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * What a pod got from its network.
 *
 * @param addresses the pod's addresses, the primary one first: IPv4 where there is one
 * @param gateways the default gateways, of each family at most one
 */
public record NetworkAttachment(List<InetAddress> addresses, String interfaceName, List<InetAddress> gateways) {
    public NetworkAttachment {
        addresses = List.copyOf(addresses);
        gateways = List.copyOf(gateways);
    }

    /** The address that the CRI reports as the pod's IP; the others are its additional IPs. */
    public Optional<InetAddress> primary() {
        return addresses.stream().findFirst();
    }
}
