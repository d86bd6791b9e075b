package io.windlass.cri.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.cri.config.StreamingSettings;
import io.windlass.cri.config.TlsSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams over TLS, with certificates made by openssl. */
class StreamingTlsTest {
    private static final List<String> EC = List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1");

    private final FakeBackend backend = new FakeBackend();

    @TempDir
    Path folder;

    @Test
    void a_session_passes_over_tls_and_ends_in_order() throws Exception {
        make("first", EC);
        install("first");
        try (StreamingServer server = start(Optional.empty())) {
            assertThat(run(server, "exit")).isEqualTo("out\n");
        }
    }

    @Test
    void new_files_count_for_new_connections_and_leave_open_sessions_alone() throws Exception {
        make("first", EC);
        make("second", EC);
        install("first");
        try (StreamingServer server = start(Optional.empty());
                Session open = new Session(server)) {
            assertThat(commonName(server)).isEqualTo("CN=first");
            install("second");
            assertThat(commonName(server)).isEqualTo("CN=second");
            assertThat(open.echo("still here")).isEqualTo("still here");
        }
    }

    @Test
    void bad_new_files_leave_the_old_certificate_in_use() throws Exception {
        make("first", EC);
        make("second", EC);
        install("first");
        try (StreamingServer server = start(Optional.empty())) {
            Files.copy(folder.resolve("second.key"), key(), StandardCopyOption.REPLACE_EXISTING);
            assertThat(commonName(server)).as("key of another certificate").isEqualTo("CN=first");
            Files.writeString(certificate(), "nonsense");
            assertThat(commonName(server)).as("no certificate").isEqualTo("CN=first");
            Files.delete(certificate());
            assertThat(commonName(server)).as("no file").isEqualTo("CN=first");
            install("second");
            assertThat(commonName(server)).isEqualTo("CN=second");
        }
    }

    @Test
    void a_client_without_a_certificate_of_the_authority_is_refused() throws Exception {
        make("first", EC);
        install("first");
        try (StreamingServer server = start(Optional.of(certificate()))) {
            assertThatThrownBy(() -> run(server, "exit")).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"ec,true", "rsa,true", "ec,false", "rsa,false", "ed25519,false"})
    void keys_are_read_in_all_their_forms(String algorithm, boolean ofTheAlgorithmsOwn) throws Exception {
        make("first", algorithm.equals("ec") ? EC : List.of("-newkey", algorithm));
        install("first");
        if (ofTheAlgorithmsOwn) {
            openssl("pkey", "-in", folder + "/first.key", "-traditional", "-out", key().toString());
            assertThat(key()).content().contains(algorithm.toUpperCase(Locale.ROOT) + " PRIVATE KEY");
        }
        try (StreamingServer server = start(Optional.empty())) {
            assertThat(run(server, "exit")).isEqualTo("out\n");
        }
    }

    @Test
    void an_encrypted_key_is_refused_by_name() throws Exception {
        make("first", EC);
        install("first");
        openssl("pkey", "-in", key().toString(), "-aes256", "-passout", "pass:word", "-out", folder + "/locked");
        Files.move(folder.resolve("locked"), key(), StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> start(Optional.empty()))
                .hasMessage("cannot use private key " + key() + ": it is encrypted");
    }

    @Test
    void files_that_do_not_fit_are_refused_at_the_start() throws Exception {
        make("first", EC);
        make("second", EC);
        install("first");
        Files.copy(folder.resolve("second.key"), key(), StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> start(Optional.empty()))
                .hasMessage("cannot use certificate " + certificate() + ": it is not the certificate of " + key());
        Files.delete(key());
        assertThatThrownBy(() -> start(Optional.empty()))
                .hasMessageStartingWith("cannot use private key " + key() + ": it cannot be read");
    }

    private Path certificate() {
        return folder.resolve("tls.crt");
    }

    private Path key() {
        return folder.resolve("tls.key");
    }

    private StreamingServer start(Optional<Path> authority) {
        return StreamingServer.start(
                new StreamingSettings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        Duration.ofMinutes(1),
                        Optional.of(new TlsSettings(certificate(), key(), authority))),
                backend);
    }

    private void make(String name, List<String> kind) throws Exception {
        List<String> command = new ArrayList<>(List.of("req", "-x509", "-nodes", "-subj", "/CN=" + name));
        command.addAll(kind);
        command.addAll(List.of("-keyout", folder + "/" + name + ".key", "-out", folder + "/" + name + ".crt"));
        openssl(command.toArray(String[]::new));
    }

    private void openssl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("openssl.log").toFile())
                .start();
        assertThat(process.waitFor())
                .as(Files.readString(folder.resolve("openssl.log")))
                .isZero();
    }

    private void install(String name) throws IOException {
        Files.copy(folder.resolve(name + ".key"), key(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(folder.resolve(name + ".crt"), certificate(), StandardCopyOption.REPLACE_EXISTING);
    }

    private static String run(StreamingServer server, String command) throws Exception {
        URI url = server.issue(new StreamRequest.Exec("c", List.of(command, "0"), false, false, true, true));
        try (SpdyClient client =
                new SpdyClient(url, "v4.channel.k8s.io", trusting().getSocketFactory())) {
            int error = client.open(Map.of("streamtype", "error"));
            int stdout = client.open(Map.of("streamtype", "stdout"));
            client.open(Map.of("streamtype", "stderr"));
            client.awaitEnd(error, stdout);
            // The TLS client reports an end without close_notify as a failure.
            client.awaitClose();
            return client.text(stdout);
        }
    }

    private static String commonName(StreamingServer server) throws Exception {
        try (SSLSocket socket = (SSLSocket) trusting()
                .getSocketFactory()
                .createSocket(server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout(10_000);
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        }
    }

    private static SSLContext trusting() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustAll()}, null);
        return context;
    }

    /** Takes every certificate: which one it was is what the test looks at. */
    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** A session that stays open. */
    private static final class Session implements AutoCloseable {
        private final SpdyClient client;
        private final int error;
        private final int stdin;
        private final int stdout;

        Session(StreamingServer server) throws Exception {
            URI url = server.issue(new StreamRequest.Exec("c", List.of("echo"), false, true, true, true));
            client = new SpdyClient(url, "v4.channel.k8s.io", trusting().getSocketFactory());
            error = client.open(Map.of("streamtype", "error"));
            stdin = client.open(Map.of("streamtype", "stdin"));
            stdout = client.open(Map.of("streamtype", "stdout"));
            client.open(Map.of("streamtype", "stderr"));
        }

        String echo(String text) throws IOException {
            client.send(stdin, text, true);
            client.awaitEnd(error, stdout);
            return client.text(stdout);
        }

        @Override
        public void close() throws IOException {
            client.close();
        }
    }
}
