package io.windlass.cri.streaming;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.windlass.cri.config.TlsSettings;
import io.windlass.fault.Fault;
import io.windlass.tls.CertificateFile;
import io.windlass.tls.PrivateKeyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jboss.logging.Logger;

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
        List<X509Certificate> chain = CertificateFile.read(files.certificate());
        CertificateFile.requireMatch(key, files.key(), chain.getFirst().getPublicKey(), files.certificate());
        SslContextBuilder builder = SslContextBuilder.forServer(key, chain)
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2");
        files.clientAuthority()
                .ifPresent(authority ->
                        builder.trustManager(CertificateFile.read(authority)).clientAuth(ClientAuth.REQUIRE));
        try {
            return builder.build();
        } catch (SSLException e) {
            throw CertificateFile.unusable(files.certificate(), String.valueOf(e.getMessage()), e);
        }
    }
}
