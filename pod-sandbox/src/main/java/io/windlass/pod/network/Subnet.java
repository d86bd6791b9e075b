package io.windlass.pod.network;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * A range of addresses in CIDR form, like 10.88.0.0/16.
 *
 * @param network its first address; the host bits are zero
 */
public record Subnet(InetAddress network, int prefixLength) {
    public Subnet {
        int bits = network.getAddress().length * Byte.SIZE;
        if (prefixLength < 0 || prefixLength > bits) {
            throw Fault.invalid("cannot use subnet %s/%d: the prefix length is not within 0 to %d"
                    .formatted(network.getHostAddress(), prefixLength, bits));
        }
        network = masked(network, prefixLength);
    }

    /** Reads "address/length"; host bits that are set are cleared. */
    public static Subnet parse(String text) {
        int slash = text.lastIndexOf('/');
        try {
            if (slash > 0) {
                return new Subnet(
                        IpLiteral.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
            }
        } catch (IllegalArgumentException e) {
            throw new Fault(FaultKind.INVALID_ARGUMENT, "cannot use subnet '" + text + "': " + e.getMessage(), e);
        }
        throw Fault.invalid("cannot use subnet '" + text + "': it has to look like 10.88.0.0/16");
    }

    public boolean ipv4() {
        return network instanceof Inet4Address;
    }

    /** How many bits tell its addresses apart. */
    public int hostBits() {
        return network.getAddress().length * Byte.SIZE - prefixLength;
    }

    /** The address that is {@code offset} behind the first one. */
    public InetAddress address(long offset) {
        byte[] bytes = network.getAddress();
        long rest = offset;
        for (int i = bytes.length - 1; i >= 0 && rest != 0; i--) {
            bytes[i] |= (byte) rest;
            rest >>>= Byte.SIZE;
        }
        return inet(bytes);
    }

    public boolean contains(InetAddress address) {
        return address.getAddress().length == network.getAddress().length
                && masked(address, prefixLength).equals(network);
    }

    public boolean overlaps(Subnet other) {
        return contains(other.network) || other.contains(network);
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefixLength;
    }

    private static InetAddress masked(InetAddress address, int prefixLength) {
        byte[] bytes = address.getAddress();
        int whole = prefixLength / Byte.SIZE;
        if (whole < bytes.length) {
            bytes[whole] &= (byte) (0xff00 >>> (prefixLength % Byte.SIZE));
            Arrays.fill(bytes, whole + 1, bytes.length, (byte) 0);
        }
        return inet(bytes);
    }

    private static InetAddress inet(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address of " + bytes.length + " bytes", e);
        }
    }
}
