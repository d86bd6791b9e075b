package io.windlass.image.hosts;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.reference.Repository;
import java.net.URI;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A server as {@code hosts.toml} has it.
 *
 * @param api absent: the registry's own server
 * @param place file and line
 */
record HostEntry(
        Optional<URI> api, Set<Capability> capabilities, Access access, List<PathRewrite> rewrites, String place) {
    HostEntry {
        capabilities = Set.copyOf(capabilities);
        rewrites = List.copyOf(rewrites);
    }

    /** The registry itself, of which only the certificates are known. */
    static HostEntry origin(TlsFiles tls, String place) {
        return new HostEntry(Optional.empty(), EnumSet.allOf(Capability.class), new Access(tls), List.of(), place);
    }

    Endpoint endpoint(ImageReference reference) {
        Repository repository = reference.repository();
        String server = Authority.server(repository.registry());
        URI at = api.orElseGet(() -> URI.create(Authority.scheme(server, access.tls()) + "://" + server + "/v2"));
        String authority = at.getRawAuthority();
        boolean own = authority.equals(server) || authority.equals(repository.registry());
        return new Endpoint(
                at,
                Authority.forCredentials(authority),
                rewritten(repository.path()),
                own ? Optional.empty() : Optional.of(repository.registry()),
                capabilities,
                access,
                false,
                place);
    }

    private String rewritten(String path) {
        String result = rewrites.stream()
                .filter(rule -> rule.fits(path))
                .findFirst()
                .map(rule -> rule.apply(path))
                .orElse(path);
        try {
            return new Repository("rewritten.invalid", result).path();
        } catch (Fault e) {
            throw new Fault(
                    FaultKind.FAILED_PRECONDITION,
                    place + " rewrites " + path + " into no repository's name: " + result,
                    e);
        }
    }
}
