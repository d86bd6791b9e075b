package io.windlass.pod.network;

import java.net.InetAddress;

/** IP addresses in their full textual form; the JDK also takes "10.1" for 10.0.0.1, which is rarely what was meant. */
final class IpLiteral {
    private static final String FOUR_NUMBERS = "\\d+\\.\\d+\\.\\d+\\.\\d+";

    private IpLiteral() {}

    /** @throws IllegalArgumentException for anything else; names are never looked up */
    static InetAddress parse(String text) {
        if (text.indexOf(':') < 0 && !text.matches(FOUR_NUMBERS)) {
            throw new IllegalArgumentException("'" + text + "' is not an IP address");
        }
        return InetAddress.ofLiteral(text);
    }
}
