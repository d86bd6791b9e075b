package io.windlass.image.hosts;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * A server that is asked for one repository: the registry itself or a mirror of it.
 *
 * @param api what the paths of requests are put behind, nearly always {@code https://HOST/v2}
 * @param authority what credentials for it are named after: host, with port where one is written
 * @param path the repository's name there
 * @param namespace the registry that a server of several registries is to answer for (parameter {@code ns})
 * @param onlyIfUnreachable whether it is another way to the server before it, taken where that one leads nowhere
 * @param source the file and line that it is from
 */
public record Endpoint(
        URI api,
        String authority,
        String path,
        Optional<String> namespace,
        Set<Capability> capabilities,
        Access access,
        boolean onlyIfUnreachable,
        String source) {
    public Endpoint {
        capabilities = Set.copyOf(capabilities);
    }

    /** @param base scheme and authority, with an optional path, and no slash at the end */
    public static Endpoint of(URI base, String authority, String path, TlsFiles tls, String source) {
        return new Endpoint(
                URI.create(base + "/v2"),
                authority,
                path,
                Optional.empty(),
                EnumSet.allOf(Capability.class),
                new Access(tls),
                false,
                source);
    }

    /** Another way to the server before it. */
    Endpoint ifUnreachable() {
        return new Endpoint(api, authority, path, namespace, capabilities, access, true, source);
    }

    public URI manifest(String selector) {
        return uri("/manifests/" + selector);
    }

    public URI blob(String digest) {
        return uri("/blobs/" + digest);
    }

    private URI uri(String object) {
        String query = namespace
                .map(ns -> "?ns=" + URLEncoder.encode(ns, StandardCharsets.UTF_8))
                .orElse("");
        return URI.create(api + "/" + path + object + query);
    }

    public boolean can(Capability capability) {
        return capabilities.contains(capability);
    }

    @Override
    public String toString() {
        return api.toString().replaceFirst("/v2$", "");
    }
}
