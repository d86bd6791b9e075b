package io.windlass.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.hosts.Access;
import io.windlass.image.hosts.RegistryHosts;
import io.windlass.image.hosts.RegistrySources;
import io.windlass.image.hosts.TlsFiles;
import io.windlass.image.testing.FakeRegistry;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.TestCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry with a certificate of its own, and what hosts.toml says of it. */
class HttpsRegistryTest {
    private static final ImageBuilder.Built IMAGE =
            new ImageBuilder().gzipLayer(new byte[1024]).build();

    @TempDir
    private static Path keys;

    private static TestCertificates certificates;

    @TempDir
    private Path folder;

    private final AtomicReference<Headers> seen = new AtomicReference<>(new Headers());
    private boolean needsClient;
    private HttpsServer server;
    private RegistryClient client;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = TestCertificates.make(keys);
    }

    @BeforeEach
    void start() throws Exception {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificates.context()) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters tls = getSSLContext().getDefaultSSLParameters();
                tls.setNeedClientAuth(needsClient);
                parameters.setSSLParameters(tls);
            }
        });
        server.createContext("/v2/a/manifests/v1", exchange -> {
            try (exchange) {
                seen.set(exchange.getRequestHeaders());
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
        client = Sessions.client(new RegistryHosts(
                Map.of(),
                new RegistrySources(
                        List.of(RegistrySources.Kind.CERTS_D), List.of(folder), Path.of("/"), false, List.of())));
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop(0);
    }

    private String url() {
        return "https://127.0.0.1:" + server.getAddress().getPort();
    }

    private void configure(String text) throws IOException {
        Files.createDirectories(folder.resolve("r.example"));
        Files.writeString(folder.resolve("r.example/hosts.toml"), "server = \"" + url() + "\"\n" + text);
    }

    private Document manifest(String tag) {
        return Sessions.open(client, "r.example/a", RegistryAuth.ANONYMOUS).manifest(tag);
    }

    private static String quoted(Path path) {
        return "\"" + path + "\"";
    }

    @Test
    void aRegistryOfAKnownAuthorityIsRead() throws IOException {
        configure("ca = " + quoted(certificates.authority()));

        assertThat(manifest("v1").digest()).isEqualTo(IMAGE.digest());
    }

    @Test
    void anUntrustedRegistryIsNot() throws IOException {
        configure("");

        assertThatThrownBy(() -> manifest("v1"))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.UNAVAILABLE))
                .hasMessageContaining("TLS failed");
    }

    @Test
    void theCertificateIsNotLookedAtWhereTheOperatorSaysSo() throws IOException {
        configure("skip_verify = true");

        assertThat(manifest("v1").digest()).isEqualTo(IMAGE.digest());
    }

    @Test
    void aCertificateThatComesLaterCountsFromThenOn() throws IOException {
        configure("ca = \"late.pem\"");
        assertThatThrownBy(() -> manifest("v1")).hasMessageContaining("r.example/late.pem: it cannot be read");

        Files.copy(certificates.authority(), folder.resolve("r.example/late.pem"));

        assertThat(manifest("v1").digest()).isEqualTo(IMAGE.digest());
    }

    @Test
    void aClientShowsItsCertificateWhereItIsAskedFor() throws IOException {
        needsClient = true;
        configure("ca = " + quoted(certificates.authority()));
        assertThatThrownBy(() -> manifest("v1")).isInstanceOf(Fault.class);

        configure("ca = " + quoted(certificates.authority()) + "\nclient = [[" + quoted(certificates.client()) + ", "
                + quoted(certificates.clientKey()) + "]]");
        assertThat(manifest("v1").digest()).isEqualTo(IMAGE.digest());
    }

    @Test
    void certificateAndKeyMayBeInOneFile() throws IOException {
        needsClient = true;
        configure("ca = " + quoted(certificates.authority()) + "\nclient = \"both.pem\"");
        Files.writeString(
                folder.resolve("r.example/both.pem"),
                Files.readString(certificates.clientKey()) + Files.readString(certificates.client()));

        assertThat(manifest("v1").digest()).isEqualTo(IMAGE.digest());
    }

    @Test
    void aKeyThatIsNotTheCertificatesIsRefused() throws IOException {
        configure("client = [[" + quoted(certificates.client()) + ", " + quoted(certificates.serverKey()) + "]]");

        assertThatThrownBy(() -> manifest("v1"))
                .hasMessageContaining(
                        "cannot use certificate " + certificates.client() + ": it is not the certificate of");
    }

    @Test
    void aMirrorWithWrongCertificatesIsLeftForTheNextServer() throws IOException {
        configure("ca = " + quoted(certificates.authority()) + "\n[host.\"" + url() + "/mirror\"]\n[host.\"" + url()
                + "/other\"]\nca = \"absent.pem\"\n");

        assertThat(manifest("v1").digest()).isEqualTo(IMAGE.digest());
    }

    @Test
    void headersOfTheConfigurationAreSent() throws IOException {
        configure("skip_verify = true\n[header]\nx-team = [\"one\", \"two\"]\n");

        manifest("v1");

        assertThat(seen.get()).containsEntry("X-team", List.of("one", "two"));
    }

    @Test
    void redirectsDoNotLeaveHttps() throws IOException {
        configure("skip_verify = true");

        assertThatThrownBy(() -> manifest("away")).hasMessageContaining("it leaves HTTPS");
    }

    /** A proxy that the environment names leads to a server that has no address here. */
    @Test
    void httpsGoesThroughATunnelOfTheProxy() throws Exception {
        goesThroughATunnel(HttpTransport::get);
    }

    @Test
    void largeBodiesGoThroughATunnelOfTheProxy() throws Exception {
        goesThroughATunnel(HttpTransport::stream);
    }

    private void goesThroughATunnel(Get get) throws Exception {
        try (ServerSocket proxy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                StallWatch stalls = new StallWatch(Patience.DEFAULT.stall());
                HttpTransport transport = new HttpTransport(
                        new NodeProxies(Map.of("HTTPS_PROXY", "http://me:secret@127.0.0.1:" + proxy.getLocalPort())),
                        stalls)) {
            CompletableFuture<String> asked = new CompletableFuture<>();
            Thread _ = Thread.ofVirtual().start(() -> tunnel(proxy, asked));

            HttpResponse<InputStream> response = get.get(
                    transport,
                    new Access(new TlsFiles(false, List.of(), List.of()), Map.of(), Duration.ofSeconds(10)),
                    URI.create("https://nowhere.invalid/v2/a/manifests/v1"),
                    Map.of());

            assertThat(response.statusCode()).isEqualTo(200);
            HttpTransport.closeQuietly(response);
            assertThat(asked.get(10, TimeUnit.SECONDS))
                    .startsWith("CONNECT nowhere.invalid:443 ")
                    .contains("Proxy-Authorization: Basic bWU6c2VjcmV0");
            assertThat(seen.get()).doesNotContainKey("Proxy-authorization");
        }
    }

    private interface Get {
        HttpResponse<InputStream> get(HttpTransport transport, Access access, URI uri, Map<String, String> headers);
    }

    private void tunnel(ServerSocket proxy, CompletableFuture<String> asked) {
        try (Socket client = proxy.accept();
                Socket target = new Socket(
                        InetAddress.getLoopbackAddress(), server.getAddress().getPort())) {
            StringBuilder head = new StringBuilder();
            while (!head.toString().endsWith("\r\n\r\n")) {
                head.append((char) client.getInputStream().read());
            }
            asked.complete(head.toString());
            client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            Thread _ = Thread.ofVirtual().start(() -> copy(target, client));
            copy(client, target);
        } catch (IOException e) {
            asked.completeExceptionally(e);
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // One of the two has closed: the tunnel ends.
        }
    }
}
