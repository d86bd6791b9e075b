package io.windlass.image.registry;

import io.windlass.fault.Fault;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * Credentials for a pull, as CRI's AuthConfig gives them; empty strings mean "not given".
 *
 * @param auth base64 of {@code username:password}, used when there is no username
 * @param serverAddress the registry they are for; other registries never see them. Empty: the one that is pulled from
 * @param identityToken an OAuth2 refresh token, to be exchanged for access tokens
 * @param registryToken a bearer token to be sent to the registry as it is
 */
public record RegistryAuth(
        String username,
        String password,
        String auth,
        String serverAddress,
        String identityToken,
        String registryToken) {
    public static final RegistryAuth ANONYMOUS = new RegistryAuth("", "", "", "", "", "");

    public static RegistryAuth basic(String username, String password) {
        return new RegistryAuth(username, password, "", "", "", "");
    }

    /** User name and password, from whichever field has them. */
    public Optional<Login> login() {
        if (!username.isEmpty()) {
            return Optional.of(new Login(username, password));
        }
        if (auth.isEmpty()) {
            return Optional.empty();
        }
        try {
            String decoded = new String(Base64.getDecoder().decode(auth.strip()), StandardCharsets.UTF_8);
            int colon = decoded.indexOf(':');
            if (colon >= 0) {
                return Optional.of(new Login(decoded.substring(0, colon), trimNuls(decoded.substring(colon + 1))));
            }
        } catch (IllegalArgumentException e) {
            throw Fault.invalid("cannot use registry credentials: 'auth' is not base64 of username:password");
        }
        throw Fault.invalid("cannot use registry credentials: 'auth' has no colon between username and password");
    }

    /** Docker pads the field with NUL bytes. */
    private static String trimNuls(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == 0) {
            end--;
        }
        return text.substring(0, end);
    }

    /** Whether these credentials were given for {@code registry} (host and port). */
    public boolean isFor(String registry) {
        if (serverAddress.isEmpty()) {
            return true;
        }
        String server = serverAddress.replaceFirst("^[A-Za-z]+://", "").replaceFirst("/.*$", "");
        return server.equals(registry)
                || (registry.equals("docker.io")
                        && (server.equals("index.docker.io") || server.equals("registry-1.docker.io")));
    }

    /** Never shows a secret. */
    @Override
    public String toString() {
        return equals(ANONYMOUS) ? "RegistryAuth[anonymous]" : "RegistryAuth[user=" + username + "]";
    }

    /** A user name with its password. */
    public record Login(String username, String password) {
        @Override
        public String toString() {
            return "Login[username=" + username + "]";
        }
    }
}
