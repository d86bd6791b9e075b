package io.windlass.pod.network;

import io.windlass.fault.Fault;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The addresses that a cluster assigns to the pods of a node, at most one range of each family. */
public record PodRanges(Optional<Subnet> ipv4, Optional<Subnet> ipv6) {
    /** Nothing assigned. */
    public static final PodRanges NONE = new PodRanges(Optional.empty(), Optional.empty());

    /** Reads what kubelet calls a pod CIDR: a range, or one of each family, separated by a comma; empty for none. */
    public static PodRanges parse(String text) {
        if (text.isBlank()) {
            return NONE;
        }
        List<Subnet> all = Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .map(Subnet::parse)
                .toList();
        Optional<Subnet> ipv4 = all.stream().filter(Subnet::ipv4).findFirst();
        Optional<Subnet> ipv6 = all.stream().filter(subnet -> !subnet.ipv4()).findFirst();
        if (all.size() > Stream.concat(ipv4.stream(), ipv6.stream()).count()) {
            throw Fault.invalid("cannot use " + text + " for pods: there may be one range of each family");
        }
        return new PodRanges(ipv4, ipv6);
    }

    public List<Subnet> all() {
        return Stream.concat(ipv4.stream(), ipv6.stream()).toList();
    }

    @Override
    public String toString() {
        return all().stream().map(Subnet::toString).collect(Collectors.joining(","));
    }
}
