package io.windlass.image.registry;

import io.windlass.fault.Fault;
import io.windlass.image.hosts.TlsFiles;
import io.windlass.tls.CertificateFile;
import io.windlass.tls.PrivateKeyFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Makes TLS contexts from the files that a server's configuration names. */
final class TlsSetup {
    private static final char[] NO_PASSWORD = new char[0];

    private TlsSetup() {}

    /** @throws Fault FAILED_PRECONDITION with the name of the file that is not usable */
    static SSLContext context(TlsFiles files) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    keys(files.clients()),
                    files.verify() ? trusted(files.authorities()) : new TrustManager[] {new TrustAnyone()},
                    null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw Fault.internal("cannot set up TLS: " + e.getMessage(), e);
        }
    }

    /** For clients that never do TLS; nobody is trusted. */
    static SSLContext none() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[0], null);
            return context;
        } catch (GeneralSecurityException e) {
            throw Fault.internal("cannot set up TLS: " + e.getMessage(), e);
        }
    }

    private static TrustManager[] trusted(List<Path> authorities) throws GeneralSecurityException, IOException {
        KeyStore anchors = empty();
        int number = 0;
        for (X509Certificate certificate : NodeAuthorities.read()) {
            anchors.setCertificateEntry("node" + number++, certificate);
        }
        for (Path file : authorities) {
            for (X509Certificate certificate : CertificateFile.read(file)) {
                anchors.setCertificateEntry("own" + number++, certificate);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(anchors);
        return factory.getTrustManagers();
    }

    private static KeyManager @Nullable [] keys(List<TlsFiles.Pair> clients)
            throws GeneralSecurityException, IOException {
        if (clients.isEmpty()) {
            return null;
        }
        KeyStore keys = empty();
        for (TlsFiles.Pair pair : clients) {
            PrivateKey key = PrivateKeyFile.read(pair.key());
            List<X509Certificate> chain = CertificateFile.read(pair.certificate());
            CertificateFile.requireMatch(key, pair.key(), chain.getFirst().getPublicKey(), pair.certificate());
            keys.setKeyEntry("client" + keys.size(), key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
