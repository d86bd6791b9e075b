package io.windlass.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.reference.Repository;
import io.windlass.image.testing.FakeRegistry;
import io.windlass.image.testing.ImageBuilder;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry with a certificate of its own: trusted, it is read by HTTPS; not trusted, it is not. */
class HttpsRegistryTest {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final ImageBuilder.Built IMAGE =
            new ImageBuilder().gzipLayer(new byte[1024]).build();

    @TempDir
    private Path folder;

    private SSLContext tls;
    private HttpsServer server;

    @BeforeEach
    void start() throws Exception {
        tls = selfSigned(folder.resolve("keys.p12"));
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.createContext("/v2/a/manifests/v1", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, IMAGE.manifest().length);
                exchange.getResponseBody().write(IMAGE.manifest());
            }
        });
        server.createContext("/v2/a/manifests/away", exchange -> {
            try (exchange) {
                exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/v2/a/manifests/v1");
                FakeRegistry.answer(exchange, 307, "");
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private static SSLContext selfSigned(Path file) throws Exception {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD),
                        "-alias",
                        "registry",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=registry of a test",
                        "-ext",
                        "san=ip:127.0.0.1")
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD);
        KeyStore anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        anchors.setCertificateEntry("registry", keys.getCertificate("registry"));
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(anchors);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }

    private Document manifest(HttpTransport transport, String tag) {
        URI url = URI.create("https://127.0.0.1:" + server.getAddress().getPort());
        try (RegistryClient client = new RegistryClient(
                new RegistryHosts(Map.of("127.0.0.1:1", List.of(url))), transport, Patience.DEFAULT)) {
            return client.session(new Repository("127.0.0.1:1", "a"), RegistryAuth.ANONYMOUS)
                    .manifest(tag);
        }
    }

    @Test
    void aTrustedRegistryIsRead() {
        assertThat(manifest(new HttpTransport(() -> tls), "v1").digest()).isEqualTo(IMAGE.digest());
    }

    @Test
    void anUntrustedRegistryIsNot() {
        assertThatThrownBy(() -> manifest(new HttpTransport(), "v1"))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.UNAVAILABLE))
                .hasMessageContaining("TLS failed");
    }

    @Test
    void redirectsDoNotLeaveHttps() {
        assertThatThrownBy(() -> manifest(new HttpTransport(() -> tls), "away"))
                .hasMessageContaining("it leaves HTTPS");
    }
}
