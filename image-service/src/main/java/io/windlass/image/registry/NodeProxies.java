package io.windlass.image.registry;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The proxies that the daemon's environment names: HTTP_PROXY, HTTPS_PROXY and NO_PROXY, as other tools of nodes read them. What does not
 * leave this machine goes through none. Immutable.
 */
final class NodeProxies extends ProxySelector {
    private final Map<String, String> environment;
    private final List<String> direct;

    NodeProxies(Map<String, String> environment) {
        this.environment = environment;
        this.direct = Arrays.stream(variable("NO_PROXY").orElse("").split(",", -1))
                .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
                .filter(entry -> !entry.isEmpty())
                .toList();
    }

    @Override
    public List<Proxy> select(URI uri) {
        return List.of(proxy(uri)
                .map(proxy -> new Proxy(
                        Proxy.Type.HTTP,
                        InetSocketAddress.createUnresolved(
                                proxy.getHost(), proxy.getPort() < 0 ? 80 : proxy.getPort())))
                .orElse(Proxy.NO_PROXY));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // The request's own failure says it.
    }

    /** What the proxy for a server wants to see of who asks. */
    Optional<String> login(URI uri) {
        return userInfo(uri)
                .map(login -> "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
    }

    /** The same in its parts. */
    Optional<Login> credentials(URI uri) {
        return userInfo(uri).map(login -> {
            int colon = login.indexOf(':');
            return colon < 0 ? new Login(login, "") : new Login(login.substring(0, colon), login.substring(colon + 1));
        });
    }

    private Optional<String> userInfo(URI uri) {
        return proxy(uri).map(URI::getUserInfo);
    }

    private Optional<URI> proxy(URI uri) {
        String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
        return isLoopback(host) || direct.stream().anyMatch(entry -> isDirect(entry, host, port(uri)))
                ? Optional.empty()
                : variable("https".equalsIgnoreCase(uri.getScheme()) ? "HTTPS_PROXY" : "HTTP_PROXY")
                        .map(NodeProxies::parse);
    }

    private static URI parse(String text) {
        try {
            URI proxy = URI.create(text.contains("://") ? text : "http://" + text);
            if (proxy.getHost() != null && "http".equalsIgnoreCase(proxy.getScheme())) {
                return proxy;
            }
        } catch (IllegalArgumentException e) {
            // Said below, without its text: it may hold a password.
        }
        throw Fault.precondition(
                "cannot use the proxy of the environment: it must be http://[USER:PASSWORD@]HOST[:PORT]");
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name.toLowerCase(Locale.ROOT)))
                .filter(value -> !value.isBlank())
                .or(() -> Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank()))
                .map(String::strip);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127\\.[0-9.]+");
    }

    /** An entry is *, an address, a network, or a name that stands for itself and all below it; each but * with a port perhaps. */
    private static boolean isDirect(String entry, String host, int port) {
        if (entry.equals("*")) {
            return true;
        }
        if (entry.indexOf('/') > 0) {
            return inNetwork(entry, host);
        }
        int colon = entry.lastIndexOf(':');
        boolean withPort = colon > entry.lastIndexOf(']') && entry.indexOf(':') == colon;
        if (withPort && !entry.substring(colon + 1).equals(Integer.toString(port))) {
            return false;
        }
        String name = (withPort ? entry.substring(0, colon) : entry).replaceFirst("^\\*", "");
        return name.startsWith(".") ? host.endsWith(name) : host.equals(name) || host.endsWith("." + name);
    }

    private static boolean inNetwork(String entry, String host) {
        try {
            int slash = entry.indexOf('/');
            byte[] network = InetAddress.ofLiteral(entry.substring(0, slash)).getAddress();
            byte[] address = InetAddress.ofLiteral(host).getAddress();
            int length = Integer.parseInt(entry.substring(slash + 1));
            if (network.length != address.length || length > network.length * 8) {
                return false;
            }
            for (int bit = 0; bit < length; bit++) {
                if (((network[bit / 8] ^ address[bit / 8]) & (0x80 >> (bit % 8))) != 0) {
                    return false;
                }
            }
            return true;
        } catch (IllegalArgumentException noAddress) {
            return false;
        }
    }

    /** Not a record: its text must not show the password. */
    static final class Login {
        private final String name;
        private final String password;

        Login(String name, String password) {
            this.name = name;
            this.password = password;
        }

        String name() {
            return name;
        }

        String password() {
            return password;
        }
    }
}
