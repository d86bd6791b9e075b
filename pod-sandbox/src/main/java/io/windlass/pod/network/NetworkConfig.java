package io.windlass.pod.network;

import io.windlass.fault.Fault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The settings of the built-in network.
 *
 * @param instance 8 hex digits that tell this daemon's links and rules from those of others on the machine
 * @param bridge the name of the bridge
 * @param subnet the pods' IPv4 addresses; empty to take the first of 10.88.0.0/16 to 10.127.0.0/16 that is free
 * @param ipv6Subnet the pods' IPv6 addresses; empty for none
 */
public record NetworkConfig(
        String instance, String bridge, Optional<Subnet> subnet, Optional<Subnet> ipv6Subnet, int mtu) {
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
                instance, "wl" + instance, Optional.empty(), Optional.of(uniqueLocal(hash(root))), DEFAULT_MTU);
    }

    public NetworkConfig withBridge(String name) {
        return new NetworkConfig(instance, name, subnet, ipv6Subnet, mtu);
    }

    public NetworkConfig withSubnet(Subnet value) {
        return new NetworkConfig(instance, bridge, Optional.of(value), ipv6Subnet, mtu);
    }

    public NetworkConfig withIpv6Subnet(Optional<Subnet> value) {
        return new NetworkConfig(instance, bridge, subnet, value, mtu);
    }

    public NetworkConfig withMtu(int value) {
        return new NetworkConfig(instance, bridge, subnet, ipv6Subnet, value);
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
