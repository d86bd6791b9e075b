package io.windlass.pod.network;

import java.util.List;

/**
 * What a pod holds of the built-in network, recorded before any of it exists in the kernel.
 *
 * @param number the host number within the subnets, of both families
 * @param link the host's end of the pod's veth pair
 * @param ipv6 whether the pod has an IPv6 address
 * @param attached whether all of it was seen to be in place
 */
record Lease(String podId, int number, String link, boolean ipv6, boolean attached, List<HostPort> ports) {
    Lease {
        ports = List.copyOf(ports);
    }

    Lease attached(boolean withIpv6) {
        return new Lease(podId, number, link, withIpv6, true, ports);
    }
}
