package io.windlass.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.hosts.RegistrySources;
import io.windlass.image.hosts.RegistrySources.Kind;
import io.windlass.image.progress.AuthUsed;
import io.windlass.image.progress.ExchangeReport;
import io.windlass.image.progress.LayerReport;
import io.windlass.image.progress.LayerTransfer;
import io.windlass.image.progress.Pull;
import io.windlass.image.progress.PullReport;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.DownloadLimits;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.testing.DockerRegistry;
import io.windlass.image.testing.FakeRegistry;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.Pusher;
import io.windlass.image.testing.TarBuilder;
import io.windlass.image.testing.TestCertificates;
import io.windlass.image.testing.TokenServer;
import io.windlass.image.unpack.UnpackLimits;
import io.windlass.linux.Kernel;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a node's files say of registries, against real ones. */
@RequiresRoot
@Timeout(120)
class RegistriesIT {
    private static final byte[] LARGE = noise();
    private static final ImageBuilder.Built IMAGE = new ImageBuilder()
            .gzipLayer(new TarBuilder().file("small", "s").build())
            .gzipLayer(new TarBuilder().file("large", LARGE).build())
            .build();
    private static final String NAME = "r.example/team/app:v1";
    private static final int PART = 128 << 10;
    /** "secret" by bcrypt, as htpasswd would write it. */
    private static final String HTPASSWD = "me:$2b$05$iQPoXPf86SpRmEIClv0t..0UKnRMvjZJeVKX3E6dB/pCF4nsMXQUC\n";

    @TempDir
    private static Path shared;

    private static TestCertificates certificates;
    private static DockerRegistry plain;

    @TempDir
    private Path root;

    @TempDir
    private Path node;

    private Optional<Path> authFile = Optional.empty();
    private ImageService images;

    private static byte[] noise() {
        byte[] noise = new byte[1_000_000];
        new Random(2).nextBytes(noise);
        return noise;
    }

    @BeforeAll
    static void startRegistry() throws Exception {
        certificates = TestCertificates.make(shared.resolve("keys"));
        Files.writeString(shared.resolve("htpasswd"), HTPASSWD);
        plain = DockerRegistry.start(shared);
        Pusher pusher = new Pusher(plain.url());
        pusher.push("team/app", "v1", IMAGE);
        pusher.push("mirrors/team/app", "v1", IMAGE);
    }

    @AfterAll
    static void stopRegistry() {
        if (plain != null) {
            plain.close();
        }
    }

    @BeforeEach
    void open() {
        images = ImageService.open(
                root,
                new ImageConfig(Map.of(), 4, List.of(), UnpackLimits.DEFAULT)
                        .with(
                                new RegistrySources(
                                        List.of(Kind.CERTS_D, Kind.REGISTRIES_CONF),
                                        List.of(node.resolve("certs.d")),
                                        node.resolve("registries.conf"),
                                        false,
                                        List.of(node.resolve("certificates"))),
                                authFile,
                                new DownloadLimits(8, 4, PART, PART, 4)),
                new Kernel());
    }

    @AfterEach
    void close() {
        images.close();
    }

    private static DockerRegistry secure(String more) throws IOException, InterruptedException {
        return DockerRegistry.start(
                shared,
                "tls: {certificate: '%s', key: '%s'%s}"
                        .formatted(certificates.server(), certificates.serverKey(), more),
                "");
    }

    private void hosts(String text) throws IOException {
        Files.createDirectories(node.resolve("certs.d/r.example"));
        Files.writeString(node.resolve("certs.d/r.example/hosts.toml"), text);
    }

    private void registriesConf(String text) throws IOException {
        Files.writeString(node.resolve("registries.conf"), text);
    }

    private PullReport pull(RegistryAuth auth) {
        Pull progress = new Pull(NAME);
        assertThat(images.pull(ImageReference.parse(NAME), auth, progress).config())
                .isEqualTo(IMAGE.config());
        return progress.report();
    }

    private PullReport pull() {
        return pull(RegistryAuth.ANONYMOUS);
    }

    private static List<String> servers(PullReport report, String object) {
        return report.exchanges().stream()
                .filter(exchange -> exchange.object().equals(object))
                .map(ExchangeReport::server)
                .toList();
    }

    @Test
    void mirrorsThatAreDownEmptyOrOfWrongCertificatesGiveWayToTheRegistryAndTheReportSaysWhy() throws Exception {
        try (FakeRegistry empty = new FakeRegistry();
                DockerRegistry secure = secure("")) {
            hosts("""
                    server = "%s"
                    [host."http://127.0.0.1:1"]
                    [host."%s"]
                    [host."%s"]
                    """.formatted(plain.url(), empty.url(), secure.url()));

            PullReport report = pull();

            assertThat(servers(report, "manifest v1"))
                    .containsExactly(
                            "http://127.0.0.1:1",
                            empty.url().toString(),
                            secure.url().toString(),
                            plain.url().toString());
            List<ExchangeReport> first = report.exchanges().subList(0, 4);
            assertThat(first.get(0).failure()).contains("connection refused");
            assertThat(first.get(1).failure()).contains("answered 404");
            assertThat(first.get(2).failure()).contains("TLS failed");
            assertThat(first.get(3).failure()).isEmpty();
            assertThat(first.get(3).status()).isEqualTo(200);
            assertThat(first.get(0).source()).isEqualTo(node.resolve("certs.d/r.example/hosts.toml") + ":2");
            // A server that leads nowhere is not waited for again.
            assertThat(report.exchanges().stream().filter(e -> e.server().equals("http://127.0.0.1:1")))
                    .hasSize(1);
            assertThat(empty.requests()).anyMatch(request -> request.query().equals("ns=r.example"));
        }
    }

    @Test
    void aRegistryWithClientCertificatesIsReadByHttp2AndItsLargeLayersInParts() throws Exception {
        try (DockerRegistry secure = secure(", clientcas: ['" + certificates.authority() + "']")) {
            hosts("""
                    server = "%s"
                    ca = "%s"
                    client = [["%s", "%s"]]
                    """.formatted(
                            secure.url(), certificates.authority(), certificates.client(), certificates.clientKey()));

            PullReport report = pull();

            assertThat(report.exchanges().getFirst().protocol()).isEqualTo("HTTP/2");
            assertThat(report.exchanges().stream().filter(e -> e.object().contains(" from byte ")))
                    .hasSizeGreaterThan(5)
                    .allSatisfy(part -> assertThat(part.status()).isEqualTo(206));
            assertThat(report.state()).isEqualTo(Pull.State.DONE);
            assertThat(report.arrived()).isEqualTo(report.bytes()).isGreaterThan(LARGE.length);
            assertThat(report.layers())
                    .extracting(LayerReport::state)
                    .containsExactly(LayerTransfer.State.DONE, LayerTransfer.State.DONE);
        }
    }

    @Test
    void aRegistryThatWantsACertificateRefusesWhoShowsNone() throws Exception {
        try (DockerRegistry secure = secure(", clientcas: ['" + certificates.authority() + "']")) {
            hosts("server = \"%s\"\nca = \"%s\"\n".formatted(secure.url(), certificates.authority()));

            assertThatThrownBy(this::pull)
                    .isInstanceOfSatisfying(
                            Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.UNAVAILABLE));
        }
    }

    @Test
    void anInsecureRegistryOfRegistriesConfIsReadByHttpsOrHttp() throws Exception {
        registriesConf("""
                [[registry]]
                prefix = "r.example"
                location = "%s"
                insecure = true
                """.formatted(plain.host()));
        assertThat(servers(pull(), "manifest v1")).containsExactly("https://" + plain.host(), "http://" + plain.host());

        images.remove(NAME);
        try (DockerRegistry secure = secure("")) {
            registriesConf("""
                    [[registry]]
                    prefix = "r.example"
                    location = "%s"
                    insecure = true
                    """.formatted(secure.host()));
            assertThat(servers(pull(), "manifest v1")).containsExactly("https://" + secure.host());
        }
    }

    @Test
    void certificatesOfTheNodeServeMirrorsOfRegistriesConf() throws Exception {
        try (DockerRegistry secure = secure(", clientcas: ['" + certificates.authority() + "']")) {
            Path folder = Files.createDirectories(node.resolve("certificates").resolve(secure.host()));
            Files.copy(certificates.authority(), folder.resolve("ca.crt"));
            Files.copy(certificates.client(), folder.resolve("client.cert"));
            Files.copy(certificates.clientKey(), folder.resolve("client.key"));
            registriesConf("""
                    [[registry]]
                    location = "r.example"
                    [[registry.mirror]]
                    location = "%s/mirrors"
                    """.formatted(secure.host()));

            PullReport report = pull();

            assertThat(servers(report, "manifest v1")).containsExactly("https://" + secure.host());
        }
    }

    @Test
    void pathsAndHeadersAreAsTheFileSays() throws Exception {
        try (FakeRegistry fake = new FakeRegistry()) {
            fake.add("mirrors/app", "v1", IMAGE);
            List<String> teams = new java.util.concurrent.CopyOnWriteArrayList<>();
            fake.behave(exchange -> {
                teams.add(String.valueOf(exchange.getRequestHeaders().getFirst("X-Team")));
                return false;
            });
            hosts("""
                    server = "%s"
                    [header]
                    x-team = "one"
                    [rewrite]
                    "^team/(.*)" = "mirrors/$1"
                    """.formatted(fake.url()));

            pull();

            assertThat(teams).isNotEmpty().containsOnly("one");
            assertThat(fake.requests())
                    .allSatisfy(request -> assertThat(request.path()).startsWith("/v2/mirrors/app/"));
        }
    }

    @Test
    void aPathOfItsOwnTakesThePlaceOfTheVersion() throws Exception {
        try (DockerRegistry below = DockerRegistry.start(shared, "prefix: /below/", "")) {
            hosts("server = \"%s/below/v2/mirrors\"\noverride_path = true\n".formatted(below.url()));

            assertThat(servers(pull(), "manifest v1")).containsExactly(below.url() + "/below/v2/mirrors");
        }
    }

    @Test
    void aServerMayBeForTagsAloneAndAnotherForContent() throws Exception {
        try (FakeRegistry content = new FakeRegistry()) {
            content.add("team/app", "other", IMAGE);
            hosts("""
                    server = "%s"
                    capabilities = ["pull"]
                    [host."%s"]
                    capabilities = ["resolve"]
                    """.formatted(content.url(), plain.url()));

            PullReport report = pull();

            assertThat(servers(report, "manifest v1"))
                    .containsExactly(plain.url().toString());
            assertThat(servers(report, "manifest " + IMAGE.digest()))
                    .containsExactly(content.url().toString());
        }
    }

    @Test
    void namesAndPasswordsComeWithThePullOrFromTheNodesFile() throws Exception {
        try (DockerRegistry basic = DockerRegistry.start(
                shared, "", "auth: {htpasswd: {realm: test, path: '" + shared.resolve("htpasswd") + "'}}")) {
            hosts("server = \"%s\"\n".formatted(basic.url()));
            assertThatThrownBy(this::pull)
                    .isInstanceOfSatisfying(
                            Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.UNAUTHENTICATED));
            assertThatThrownBy(() -> pull(RegistryAuth.basic("me", "wrong"))).hasMessageContaining("not accepted");

            PullReport given = pull(RegistryAuth.basic("me", "secret"));
            assertThat(given.exchanges().getFirst().auth()).isEqualTo(AuthUsed.BASIC);
            assertThat(given.exchanges().getFirst().credentials()).isEqualTo("the pull");

            images.close();
            authFile = Optional.of(Files.writeString(
                    node.resolve("config.json"),
                    "{\"auths\":{\"" + basic.host() + "/team\":{\"username\":\"me\",\"password\":\"secret\"}}}"));
            open();
            images.remove(NAME);
            PullReport found = pull();
            assertThat(found.exchanges().getFirst().auth()).isEqualTo(AuthUsed.BASIC);
            assertThat(found.exchanges().getFirst().credentials())
                    .isEqualTo(node.resolve("config.json").toString());
        }
    }

    @Test
    void tokensAreFetchedForPasswordsAndForIdentityTokens() throws Exception {
        try (TokenServer tokens = new TokenServer(certificates);
                DockerRegistry registry = DockerRegistry.start(shared, "", tokens.settings())) {
            hosts("server = \"%s\"\n".formatted(registry.url()));
            assertThatThrownBy(this::pull)
                    .isInstanceOfSatisfying(
                            Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.UNAUTHENTICATED));

            PullReport byName = pull(RegistryAuth.basic(TokenServer.USER, TokenServer.PASSWORD));
            assertThat(byName.exchanges()).allMatch(exchange -> exchange.auth() == AuthUsed.TOKEN);
            assertThat(tokens.grants()).containsExactly("password");

            images.close();
            authFile = Optional.of(Files.writeString(
                    node.resolve("config.json"),
                    "{\"auths\":{\"" + registry.host() + "\":{\"identitytoken\":\"" + TokenServer.IDENTITY + "\"}}}"));
            open();
            images.remove(NAME);
            PullReport byToken = pull();
            assertThat(byToken.exchanges()).allMatch(exchange -> exchange.auth() == AuthUsed.IDENTITY_TOKEN);
            assertThat(tokens.grants()).containsExactly("password", "identity");
        }
    }

    @Test
    void aPullUnderWayCanBeSeen() throws Exception {
        CountDownLatch half = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (FakeRegistry fake = new FakeRegistry()) {
            fake.add("team/app", "v1", IMAGE);
            fake.behave(exchange -> holdsLastPart(exchange, half, release));
            hosts("server = \"%s\"\n".formatted(fake.url()));
            CompletableFuture<PullReport> outcome = CompletableFuture.supplyAsync(this::pull);
            half.await();

            PullReport running = images.pulls().running().getFirst();
            assertThat(running.reference()).isEqualTo(NAME);
            assertThat(running.state()).isEqualTo(Pull.State.FETCHING);
            assertThat(running.arrived()).isLessThan(running.bytes());
            assertThat(running.ended()).isEmpty();
            release.countDown();

            assertThat(outcome.get().state()).isEqualTo(Pull.State.DONE);
            assertThat(images.pulls().running()).isEmpty();
            assertThat(images.pulls().ended())
                    .singleElement()
                    .satisfies(ended -> assertThat(ended.state()).isEqualTo(Pull.State.DONE));
        }
    }

    private static boolean holdsLastPart(HttpExchange exchange, CountDownLatch half, CountDownLatch release) {
        if (FakeRegistry.from(exchange) < 3 * PART) {
            return false;
        }
        half.countDown();
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }
}
