package io.windlass.pod.network;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * What a pod holds of the built-in network, recorded before any of it exists in the kernel.
 *
 * <pre>
 * RESERVED ──all in place──> ATTACHED ──detach──> RELEASING ──link gone──> (forgotten)
 *     └───────────────attempt failed, or detach──────^
 * </pre>
 *
 * @param number the host number within the subnets, of both families
 * @param link the host's end of the pod's veth pair
 * @param ipv6 whether the pod has an IPv6 address
 * @param ranges what the number counts in; those of the network as it was when the number was given
 */
record Lease(String podId, int number, String link, boolean ipv6, State state, List<HostPort> ports, Ranges ranges) {
    Lease {
        ports = List.copyOf(ports);
    }

    Lease attached(boolean withIpv6) {
        return new Lease(podId, number, link, withIpv6, State.ATTACHED, ports, ranges);
    }

    /** Its host ports are another pod's to take; its address is not, as long as the link may be there. */
    Lease releasing() {
        return new Lease(podId, number, link, ipv6, State.RELEASING, List.of(), ranges);
    }

    /** The pod's IPv4 address. */
    InetAddress address() {
        return ranges.subnet().address(number);
    }

    /** The subnet of the pod's IPv6 address, if it has one. */
    Optional<Subnet> ipv6Subnet() {
        return ranges.ipv6Subnet().filter(_ -> ipv6);
    }

    boolean is(State wanted) {
        return state == wanted;
    }

    /** How far the pod has come. Stored by {@link #code}. */
    enum State {
        RESERVED(0),
        ATTACHED(1),
        RELEASING(2);

        private final int code;

        State(int code) {
            this.code = code;
        }

        int code() {
            return code;
        }

        static State of(int code) {
            for (State state : values()) {
                if (state.code == code) {
                    return state;
                }
            }
            throw new IllegalArgumentException("no lease state " + code);
        }
    }
}
