package io.windlass.cri.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** {@code [streaming]}: the HTTP server that carries exec, attach and port-forward; without {@code tls} it is a plain one. */
public record StreamingSettings(InetSocketAddress address, Duration idleTimeout, Optional<TlsSettings> tls) {
    private static final String CERTIFICATE = "tls_cert_file";
    private static final String KEY = "tls_key_file";
    private static final String CLIENT_AUTHORITY = "tls_client_ca_file";

    static StreamingSettings read(Section section) {
        return new StreamingSettings(
                section.parsed(
                        "address",
                        Parsers.socketAddress("127.0.0.1:0"),
                        Parsers::socketAddress,
                        Parsers::show,
                        "Address and port of exec, attach and port-forward; port 0: any free one."),
                Duration.ofSeconds(section.integer(
                        "idle_timeout_seconds",
                        4 * 60 * 60,
                        1,
                        Integer.MAX_VALUE,
                        "A session over which nothing passes for so long is closed.")),
                tls(section));
    }

    private static Optional<TlsSettings> tls(Section section) {
        Optional<Path> certificate = file(
                section,
                CERTIFICATE,
                "Serve streams over TLS, by this certificate and its chain (PEM); read anew once it changes.");
        Optional<Path> key = file(section, KEY, "The certificate's private key (PEM: PKCS #8, PKCS #1 or SEC 1).");
        Optional<Path> authority = file(
                section,
                CLIENT_AUTHORITY,
                "Refuse clients without a certificate that these authorities have signed; kubelet itself has none.");
        requireBoth(section, CERTIFICATE, certificate, KEY, key);
        requireBoth(section, KEY, key, CERTIFICATE, certificate);
        requireBoth(section, CLIENT_AUTHORITY, authority, CERTIFICATE, certificate);
        return certificate.isPresent() && key.isPresent()
                ? Optional.of(new TlsSettings(certificate.get(), key.get(), authority))
                : Optional.empty();
    }

    private static Optional<Path> file(Section section, String key, String description) {
        return section.parsed(
                key,
                Optional.empty(),
                text -> text.isEmpty() ? Optional.empty() : Optional.of(Parsers.absolutePath(text)),
                path -> path.map(Path::toString).orElse(""),
                description);
    }

    private static void requireBoth(
            Section section, String key, Optional<Path> given, String other, Optional<Path> needed) {
        if (given.isPresent() && needed.isEmpty()) {
            section.refuse(key, "needs " + other + " beside it");
        }
    }
}
