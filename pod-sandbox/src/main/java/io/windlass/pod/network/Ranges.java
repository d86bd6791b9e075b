package io.windlass.pod.network;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The subnets that a lease's number counts in.
 *
 * @param ipv6Subnet empty where pods have IPv4 only
 */
record Ranges(Subnet subnet, Optional<Subnet> ipv6Subnet) {
    Stream<Subnet> subnets() {
        return Stream.concat(Stream.of(subnet), ipv6Subnet.stream());
    }

    /** Whether one number can stand for one address in all of them: the subnets are the same or apart. */
    boolean goWith(List<Subnet> others) {
        return subnets().allMatch(own -> others.stream().allMatch(other -> own.equals(other) || !own.overlaps(other)));
    }

    @Override
    public String toString() {
        return subnet + ipv6Subnet.map(ipv6 -> " and " + ipv6).orElse("");
    }
}
