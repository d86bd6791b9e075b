package io.windlass.pod.network;

import io.windlass.fault.Fault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The settings of the built-in network.
 *
 * @param instance 8 hex digits that tell this daemon's links and rules from those of others on the machine
 * @param bridge the name of the bridge
 * @param subnet the pods' IPv4 addresses; empty to take the first of 10.88.0.0/16 to 10.127.0.0/16 that is free
 * @param ipv6Subnet the pods' IPv6 addresses; empty for none
 * @param ipv6Chosen whether those are somebody's choice, not the default
 */
public record NetworkConfig(
        String instance,
        String bridge,
        Optional<Subnet> subnet,
        Optional<Subnet> ipv6Subnet,
        boolean ipv6Chosen,
        int mtu) {
    private static final int LONGEST_LINK_NAME = 15;
    private static final int DEFAULT_MTU = 1500;
    private static final int LEAST_MTU = 1280;
    private static final int GREATEST_MTU = 65535;

    public NetworkConfig {
        if (bridge.isEmpty() || bridge.length() > LONGEST_LINK_NAME || !bridge.matches("[A-Za-z0-9_.-]+")) {
            throw Fault.invalid("cannot use bridge name '" + bridge
                    + "': it needs 1 to 15 letters, digits, dots, dashes or underscores");
        }
        if (mtu < LEAST_MTU || mtu > GREATEST_MTU) {
            throw Fault.invalid(
                    "cannot use mtu %d: it has to be within %d to %d".formatted(mtu, LEAST_MTU, GREATEST_MTU));
        }
        subnet.ifPresent(NetworkConfig::requireIpv4);
        ipv6Subnet.ifPresent(NetworkConfig::requireIpv6);
    }

    /** What a daemon with this root folder uses when nothing is configured. */
    public static NetworkConfig defaults(Path root) {
        String instance = hash(root).substring(0, 8);
        return new NetworkConfig(
                instance, "wl" + instance, Optional.empty(), Optional.of(uniqueLocal(hash(root))), false, DEFAULT_MTU);
    }

    public NetworkConfig withBridge(String name) {
        return new NetworkConfig(instance, name, subnet, ipv6Subnet, ipv6Chosen, mtu);
    }

    public NetworkConfig withSubnet(Subnet value) {
        return new NetworkConfig(instance, bridge, Optional.of(value), ipv6Subnet, ipv6Chosen, mtu);
    }

    public NetworkConfig withIpv6Subnet(Optional<Subnet> value) {
        return new NetworkConfig(instance, bridge, subnet, value, true, mtu);
    }

    public NetworkConfig withMtu(int value) {
        return new NetworkConfig(instance, bridge, subnet, ipv6Subnet, ipv6Chosen, value);
    }

    /** These settings with the ranges that the cluster assigns, where the configuration leaves the choice. */
    NetworkConfig withAssigned(PodRanges ranges) {
        Optional<Subnet> ipv6 = ipv6Chosen ? ipv6Subnet : ranges.ipv6().or(() -> ipv6Subnet);
        return new NetworkConfig(instance, bridge, subnet.or(ranges::ipv4), ipv6, ipv6Chosen, mtu);
    }

    /** Those that are known beforehand. */
    List<Subnet> subnets() {
        return Stream.concat(subnet.stream(), ipv6Subnet.stream()).toList();
    }

    /** Refuses ranges that the configuration leaves no choice for. */
    void requireLeaves(PodRanges ranges) {
        NetworkConfig result = withAssigned(ranges);
        if (ranges.ipv4().isPresent() && !ranges.ipv4().equals(result.subnet())) {
            throw Fault.precondition("[network] subnet is " + subnet.orElseThrow());
        }
        if (ranges.ipv6().isPresent() && !ranges.ipv6().equals(result.ipv6Subnet())) {
            throw Fault.precondition(
                    "[network] subnet6 is " + ipv6Subnet.map(Subnet::toString).orElse("none"));
        }
    }

    private static void requireIpv4(Subnet subnet) {
        if (!subnet.ipv4() || subnet.prefixLength() < 8 || subnet.prefixLength() > 29) {
            throw Fault.invalid("cannot use subnet " + subnet + " for pods: it has to be IPv4, from /8 to /29");
        }
    }

    private static void requireIpv6(Subnet subnet) {
        if (subnet.ipv4() || subnet.prefixLength() < 16 || subnet.prefixLength() > 104) {
            throw Fault.invalid("cannot use subnet " + subnet + " for pods: it has to be IPv6, from /16 to /104");
        }
    }

    /** A /64 of unique local addresses (RFC 4193) whose global id comes from the instance. */
    private static Subnet uniqueLocal(String hash) {
        return Subnet.parse(
                "fd%s:%s:%s::/64".formatted(hash.substring(0, 2), hash.substring(2, 6), hash.substring(6, 10)));
    }

    private static String hash(Path root) {
        byte[] path = root.toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(path));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
