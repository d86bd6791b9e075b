package io.windlass.image.hosts;

import java.util.Locale;

/** Names of servers: host and port. */
final class Authority {
    static final String DOCKER = "docker.io";
    static final String DOCKER_SERVER = "registry-1.docker.io";

    private Authority() {}

    /** What credentials are kept under: Docker's registry has one name for all of its servers. */
    static String forCredentials(String authority) {
        return authority.equals(DOCKER_SERVER) || authority.equals("index.docker.io") ? DOCKER : authority;
    }

    /** The server of a registry that references name. */
    static String server(String registry) {
        return registry.equals(DOCKER) ? DOCKER_SERVER : registry;
    }

    /** Whether traffic to it does not leave this machine. */
    static boolean isLoopback(String authority) {
        int colon = authority.lastIndexOf(':');
        String host = (colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority)
                .toLowerCase(Locale.ROOT);
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127\\.[0-9]+\\.[0-9]+\\.[0-9]+");
    }

    /** HTTPS, but plain HTTP where traffic does not leave this machine, as Docker has it, unless certificates say otherwise. */
    static String scheme(String authority, TlsFiles tls) {
        return isLoopback(authority) && tls.equals(TlsFiles.DEFAULT) ? "http" : "https";
    }
}
