package io.windlass.cri.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The forms that texts of the configuration have; each refuses the rest by IllegalArgumentException. */
final class Parsers {
    private static final Pattern NUMERIC_ADDRESS = Pattern.compile("[0-9a-fA-F:.]+");
    private static final Pattern INTERFACE_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,15}");

    private Parsers() {}

    static Path absolutePath(String text) {
        Path path = Path.of(text);
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("\"" + text + "\" must be an absolute path");
        }
        return path.normalize();
    }

    static InetSocketAddress socketAddress(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("\"" + text + "\" must have the form ADDRESS:PORT");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            return new InetSocketAddress(numeric(host), port);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + text + "\" must end in a port number", e);
        }
    }

    static String show(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** A network such as 10.88.0.0/16, whose host bits are zero. */
    static String subnet(String text, int family) {
        int slash = text.indexOf('/');
        if (slash < 1) {
            throw new IllegalArgumentException("\"" + text + "\" must have the form ADDRESS/LENGTH");
        }
        byte[] address = numeric(text.substring(0, slash)).getAddress();
        if (address.length != (family == 4 ? 4 : 16)) {
            throw new IllegalArgumentException("\"" + text + "\" is no IPv" + family + " network");
        }
        int length = prefixLength(text, slash, address.length * 8);
        for (int bit = length; bit < address.length * 8; bit++) {
            if ((address[bit / 8] & (0x80 >> (bit % 8))) != 0) {
                throw new IllegalArgumentException("\"" + text + "\" has bits set behind its first " + length);
            }
        }
        return text;
    }

    private static int prefixLength(String text, int slash, int most) {
        try {
            int length = Integer.parseInt(text.substring(slash + 1));
            if (length >= 0 && length <= most) {
                return length;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + text + "\" must end in a prefix length", e);
        }
        throw new IllegalArgumentException("\"" + text + "\": the prefix length goes from 0 to " + most);
    }

    static URI httpUrl(String text) {
        try {
            URI uri = new URI(text);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (http && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no URL: " + e.getReason(), e);
        }
        throw new IllegalArgumentException("\"" + text + "\" must have the form http://HOST or https://HOST");
    }

    static String interfaceName(String text) {
        if (!INTERFACE_NAME.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no interface name: at most 15 letters, digits, dots, dashes");
        }
        return text;
    }

    private static InetAddress numeric(String text) {
        if (!NUMERIC_ADDRESS.matcher(text).matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is no numeric IP address");
        }
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no IP address", e);
        }
    }
}
