package io.windlass.cri.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The PEM files of a TLS server.
 *
 * @param certificate the server's own certificate, then those that signed it
 * @param clientAuthority what clients' certificates must be signed by; absent: clients need none
 */
public record TlsSettings(Path certificate, Path key, Optional<Path> clientAuthority) {
    public List<Path> files() {
        return Stream.concat(Stream.of(certificate, key), clientAuthority.stream())
                .toList();
    }
}
