package io.windlass.image.hosts;

import io.windlass.fault.Fault;
import io.windlass.image.reference.ImageReference;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The daemon's own table of mirrors: for a registry, base URLs that are tried before the registry itself. Immutable. */
final class MirrorTable implements HostSource {
    private static final String SOURCE = "the daemon's configuration";

    private final Map<String, List<URI>> mirrors;
    private final CertificateFolders certificates;

    MirrorTable(Map<String, List<URI>> mirrors, CertificateFolders certificates) {
        mirrors.forEach((registry, urls) -> urls.forEach(url -> check(registry, url)));
        this.mirrors = Map.copyOf(mirrors);
        this.certificates = certificates;
    }

    @Override
    public Optional<List<Endpoint>> named(ImageReference reference) {
        return Optional.ofNullable(mirrors.get(reference.repository().registry()))
                .map(urls -> {
                    List<Endpoint> result = new ArrayList<>();
                    for (URI url : urls) {
                        result.add(Endpoint.of(
                                URI.create(url.toString().replaceFirst("/+$", "")),
                                Authority.forCredentials(url.getRawAuthority()),
                                reference.repository().path(),
                                certificates.of(url.getRawAuthority()),
                                SOURCE));
                    }
                    Endpoint origin = origin(reference, certificates);
                    if (result.stream().noneMatch(e -> e.api().equals(origin.api()))) {
                        result.add(origin);
                    }
                    return result;
                });
    }

    /** The registry itself. */
    static Endpoint origin(ImageReference reference, CertificateFolders certificates) {
        String registry = reference.repository().registry();
        String server = Authority.server(registry);
        TlsFiles tls = certificates.of(registry);
        return Endpoint.of(
                URI.create(Authority.scheme(server, tls) + "://" + server),
                registry,
                reference.repository().path(),
                tls,
                "the image's name");
    }

    @Override
    public List<Flaw> remarks() {
        return List.of();
    }

    private static void check(String registry, URI url) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https"))
                || url.getHost() == null
                || url.getRawQuery() != null
                || url.getRawFragment() != null
                || url.getRawUserInfo() != null) {
            throw Fault.invalid("cannot use endpoint '" + url + "' of registry " + registry
                    + ": it must be http://host[:port][/path] or https://host[:port][/path]");
        }
    }
}
