package io.windlass.image.registry;

import io.windlass.fault.Fault;
import io.windlass.image.reference.Repository;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Decides which servers are asked for a registry's content, and in which order. Immutable. */
public final class RegistryHosts {
    private final Map<String, List<Endpoint>> mirrors;

    /** @param endpoints for a registry, as references write it, the URLs to try before the registry itself */
    public RegistryHosts(Map<String, List<URI>> endpoints) {
        this.mirrors = endpoints.entrySet().stream()
                .collect(java.util.stream.Collectors.toUnmodifiableMap(
                        Map.Entry::getKey,
                        e -> e.getValue().stream()
                                .map(u -> mirror(e.getKey(), u))
                                .toList()));
    }

    List<Endpoint> endpoints(Repository repository) {
        List<Endpoint> result = new ArrayList<>(mirrors.getOrDefault(repository.registry(), List.of()));
        Endpoint origin = origin(repository);
        if (result.stream().noneMatch(e -> e.base().equals(origin.base()))) {
            result.add(origin);
        }
        return result;
    }

    /** The registry itself: HTTPS, but plain HTTP where the traffic does not leave this machine, as Docker has it. */
    private static Endpoint origin(Repository repository) {
        String registry = repository.registry();
        if (registry.equals("docker.io")) {
            return new Endpoint(URI.create("https://registry-1.docker.io"), "docker.io");
        }
        String scheme = isLoopback(repository.host()) ? "http" : "https";
        return new Endpoint(URI.create(scheme + "://" + registry), registry);
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127\\.[0-9]+\\.[0-9]+\\.[0-9]+");
    }

    private static Endpoint mirror(String registry, URI url) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https"))
                || url.getHost() == null
                || url.getRawQuery() != null
                || url.getRawFragment() != null
                || url.getRawUserInfo() != null) {
            throw Fault.invalid("cannot use endpoint '" + url + "' of registry " + registry
                    + ": it must be http://host[:port][/path] or https://host[:port][/path]");
        }
        return new Endpoint(URI.create(url.toString().replaceFirst("/+$", "")), url.getRawAuthority());
    }
}
