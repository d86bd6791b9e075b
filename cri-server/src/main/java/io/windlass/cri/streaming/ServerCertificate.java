package io.windlass.cri.streaming;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.windlass.cri.config.TlsSettings;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Whom the streaming server says to be. Its files are looked at for each connection: the first one after a change has the new
 * certificate, and those that are open go on with the one they began with. Thread-safe.
 */
final class ServerCertificate {
    private static final Logger LOG = Logger.getLogger(ServerCertificate.class);

    private final TlsSettings files;
    private List<Object> seen;
    private SslContext context;

    /** Fails if the files are not usable: there is nothing older to go on with. */
    ServerCertificate(TlsSettings files) {
        this.files = files;
        this.seen = look();
        this.context = load();
    }

    /** What new connections use. */
    synchronized SslContext current() {
        List<Object> now = look();
        if (!now.equals(seen)) {
            seen = now;
            try {
                context = load();
                LOG.infof("streams are served with the new certificate of %s", files.certificate());
            } catch (Fault e) {
                LOG.warnf("%s; streams are still served with the certificate that was there before", e.getMessage());
            }
        }
        return context;
    }

    /** What tells one version of the files from another; links are followed, as secrets are replaced by moving a link. */
    private List<Object> look() {
        return files.files().stream().map(ServerCertificate::look).toList();
    }

    private static Object look(Path file) {
        try {
            return Map.copyOf(Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime"));
        } catch (IOException e) {
            return "unreadable";
        }
    }

    private SslContext load() {
        PrivateKey key = PrivateKeyFile.read(files.key());
        List<X509Certificate> chain = certificates(files.certificate());
        requireMatch(key, chain.getFirst().getPublicKey());
        SslContextBuilder builder = SslContextBuilder.forServer(key, chain)
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2");
        files.clientAuthority()
                .ifPresent(authority ->
                        builder.trustManager(certificates(authority)).clientAuth(ClientAuth.REQUIRE));
        try {
            return builder.build();
        } catch (SSLException e) {
            throw unusable(files.certificate(), String.valueOf(e.getMessage()), e);
        }
    }

    private static List<X509Certificate> certificates(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            List<X509Certificate> chain = CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (chain.isEmpty()) {
                throw new CertificateException("there is no certificate in it");
            }
            return chain;
        } catch (IOException e) {
            throw unusable(file, "it cannot be read (" + e + ")", e);
        } catch (CertificateException e) {
            throw unusable(file, String.valueOf(e.getMessage()), e);
        }
    }

    private void requireMatch(PrivateKey key, PublicKey certified) {
        try {
            Signature signature = Signature.getInstance(
                    switch (key.getAlgorithm()) {
                        case "RSA" -> "SHA256withRSA";
                        case "EC" -> "SHA256withECDSA";
                        default -> key.getAlgorithm();
                    });
            signature.initSign(key);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            if (signature.verify(signed)) {
                return;
            }
        } catch (GeneralSecurityException e) {
            throw unusable(files.certificate(), "it is not the certificate of " + files.key(), e);
        }
        throw unusable(files.certificate(), "it is not the certificate of " + files.key(), null);
    }

    private static Fault unusable(Path file, String reason, @Nullable Exception cause) {
        return new Fault(FaultKind.FAILED_PRECONDITION, "cannot use certificate " + file + ": " + reason, cause);
    }
}
