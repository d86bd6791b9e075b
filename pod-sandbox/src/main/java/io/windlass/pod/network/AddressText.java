package io.windlass.pod.network;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.StringJoiner;

/** The text of an address as others write it: IPv6 in the canonical form of RFC 5952, which the JDK does not give. */
public final class AddressText {
    private static final int GROUPS = 8;

    private AddressText() {}

    public static String of(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = Short.toUnsignedInt(bytes.getShort());
        }
        int start = longestZeroRun(groups);
        if (start < 0) {
            return hex(groups, 0, GROUPS);
        }
        int end = start + zeroRun(groups, start);
        return hex(groups, 0, start) + "::" + hex(groups, end, GROUPS);
    }

    /** The first of the longest runs of at least two zero groups, or -1. */
    private static int longestZeroRun(int[] groups) {
        int best = -1;
        int length = 1;
        for (int i = 0; i < GROUPS; i++) {
            if (zeroRun(groups, i) > length) {
                best = i;
                length = zeroRun(groups, i);
            }
        }
        return best;
    }

    private static int zeroRun(int[] groups, int start) {
        int end = start;
        while (end < GROUPS && groups[end] == 0) {
            end++;
        }
        return end - start;
    }

    private static String hex(int[] groups, int from, int to) {
        StringJoiner text = new StringJoiner(":");
        for (int i = from; i < to; i++) {
            text.add(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }
}
