package io.windlass.image.registry;

import io.windlass.tls.CertificateFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** The certificates that this node trusts: its own bundle, as the tools of distributions keep it, or else those that come with Java. */
final class NodeAuthorities {
    private static final List<Path> BUNDLES = List.of(
            Path.of("/etc/ssl/certs/ca-certificates.crt"), // Debian, Ubuntu, Alpine, Arch
            Path.of("/etc/pki/tls/certs/ca-bundle.crt"), // Fedora, RHEL
            Path.of("/etc/ssl/ca-bundle.pem")); // SUSE

    private NodeAuthorities() {}

    /** The bundle, which SSL_CERT_FILE may name. */
    static Optional<Path> bundle() {
        return Stream.concat(Stream.ofNullable(System.getenv("SSL_CERT_FILE")).map(Path::of), BUNDLES.stream())
                .filter(Files::isRegularFile)
                .findFirst();
    }

    static List<X509Certificate> read() throws GeneralSecurityException {
        Optional<Path> bundle = bundle();
        return bundle.isPresent() ? CertificateFile.read(bundle.get()) : javas();
    }

    private static List<X509Certificate> javas() throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager trusted) {
                return Arrays.asList(trusted.getAcceptedIssuers());
            }
        }
        return List.of();
    }
}
