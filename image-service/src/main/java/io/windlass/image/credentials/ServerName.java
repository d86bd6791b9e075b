package io.windlass.image.credentials;

/** The names that credentials of servers are kept under, which come with and without scheme, and with a path for Docker's. */
final class ServerName {
    private static final String DOCKER = "docker.io";

    private ServerName() {}

    /** Host, port and path: {@code https://index.docker.io/v1/} is {@code docker.io}. */
    static String of(String written) {
        boolean url = written.startsWith("https://") || written.startsWith("http://");
        String name = written.replaceFirst("^https?://", "").replaceFirst("/+$", "");
        if (url || name.startsWith("index.docker.io") || name.startsWith("registry-1.docker.io")) {
            name = name.replaceFirst("/v[12]$", "");
        }
        return name.replaceFirst("^(index|registry-1)\\.docker\\.io(?=/|$)", DOCKER);
    }

    /** What a program is asked for: Docker's own has an old address for a name. */
    static String forHelper(String authority) {
        return authority.equals(DOCKER) ? "https://index.docker.io/v1/" : authority;
    }
}
