package io.windlass.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.hosts.Endpoint;
import io.windlass.image.hosts.RegistryHosts;
import io.windlass.image.hosts.TlsFiles;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.progress.AuthUsed;
import io.windlass.image.progress.Pull;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.testing.FakeRegistry;
import io.windlass.image.testing.ImageBuilder;
import io.windlass.image.testing.TarBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RegistryClientTest {
    private static final ImageBuilder.Built IMAGE = new ImageBuilder()
            .gzipLayer(new TarBuilder().file("a", "b").build())
            .build();

    private static final Digest LAYER = IMAGE.blobs().keySet().iterator().next();
    private static final byte[] CONTENT = IMAGE.blobs().values().iterator().next();

    private static final Patience ONCE = new Patience(1, Duration.ZERO, Duration.ZERO, Patience.DEFAULT.stall());

    private final FakeRegistry registry = new FakeRegistry();
    private final FakeRegistry other = new FakeRegistry();

    @AfterEach
    void close() {
        registry.close();
        other.close();
    }

    private Document manifest(RegistryAuth auth) {
        return manifest(auth, Map.of());
    }

    private Document manifest(RegistryAuth auth, Map<String, List<URI>> endpoints) {
        try (RegistryClient client =
                new RegistryClient(new RegistryHosts(endpoints), Keychain.EMPTY, DownloadLimits.DEFAULT, ONCE)) {
            return Sessions.open(client, registry.host() + "/a/b", auth).manifest("v1");
        }
    }

    private void wantBearer(String token, int seconds) {
        registry.add("a/b", "v1", IMAGE);
        registry.behave(exchange -> {
            if (exchange.getRequestURI().getPath().equals("/token")) {
                FakeRegistry.answer(exchange, 200, "{\"token\":\"" + token + "\",\"expires_in\":" + seconds + "}");
                return true;
            }
            String given = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
            if (given.equals("Bearer " + token)) {
                return false;
            }
            exchange.getResponseHeaders()
                    .set(
                            "WWW-Authenticate",
                            "Bearer realm=\"" + registry.url()
                                    + "/token\",service=\"reg\",scope=\"repository:a/b:pull\"");
            FakeRegistry.answer(exchange, 401, "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"no\"}]}");
            return true;
        });
    }

    @Test
    void anAnonymousTokenIsFetchedOnceAndUsedForTheWholeRepository() throws IOException {
        wantBearer("t0k", 300);
        try (RegistryClient client = Sessions.client(new RegistryHosts(Map.of()))) {
            RegistrySession session = Sessions.open(client, registry.host() + "/a/b", RegistryAuth.ANONYMOUS);
            session.manifest("v1");
            try (InputStream body = session.blob(new Descriptor("x", LAYER, 1))) {
                assertThat(body.readAllBytes()).isEqualTo(CONTENT);
            }
        }

        assertThat(registry.requests())
                .extracting(FakeRegistry.Request::path)
                .containsExactly("/v2/a/b/manifests/v1", "/token", "/v2/a/b/manifests/v1", "/v2/a/b/blobs/" + LAYER);
        assertThat(registry.requests().get(1).query()).isEqualTo("service=reg&scope=repository:a/b:pull");
        assertThat(registry.requests().get(1).authorization()).isEmpty();
    }

    @Test
    void aLoginIsShownToTheTokenServerOnly() {
        wantBearer("t0k", 300);

        manifest(RegistryAuth.basic("me", "secret"));

        assertThat(registry.requests().get(0).authorization()).isEmpty();
        assertThat(registry.requests().get(1).authorization()).contains("Basic bWU6c2VjcmV0");
        assertThat(registry.requests().get(1).query()).contains("account=me");
        assertThat(registry.requests().get(2).authorization()).contains("Bearer t0k");
    }

    @Test
    void anIdentityTokenIsExchangedByPost() {
        wantBearer("t0k", 300);

        manifest(new RegistryAuth("", "", "", "", "refresh-me", ""));

        FakeRegistry.Request exchange = registry.requests().get(1);
        assertThat(exchange.body()).contains("grant_type=refresh_token", "refresh_token=refresh-me", "service=reg");
        assertThat(exchange.query()).doesNotContain("refresh-me");
    }

    @Test
    void aRegistryTokenIsSentAsItIs() {
        wantBearer("given", 300);

        manifest(new RegistryAuth("", "", "", "", "", "given"));

        assertThat(registry.requests()).hasSize(1);
    }

    @Test
    void basicCredentialsComeFromTheAuthFieldToo() {
        registry.add("a/b", "v1", IMAGE);
        registry.behave(exchange -> {
            if ("Basic bWU6c2VjcmV0".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                return false;
            }
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"r\"");
            FakeRegistry.answer(exchange, 401, "");
            return true;
        });

        assertThat(manifest(new RegistryAuth("", "", "bWU6c2VjcmV0", "", "", ""))
                        .digest())
                .isEqualTo(IMAGE.digest());
    }

    @Test
    void wrongOrMissingCredentialsAreToldApart() {
        registry.behave(exchange -> {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"r\"");
            FakeRegistry.answer(exchange, 401, "");
            return true;
        });

        assertFault(FaultKind.UNAUTHENTICATED, "were not accepted", () -> manifest(RegistryAuth.basic("me", "wrong")));
        assertFault(FaultKind.UNAUTHENTICATED, "credentials are needed", () -> manifest(RegistryAuth.ANONYMOUS));
    }

    @Test
    void theNodesCredentialsAreForPullsThatBringNone() {
        wantBearer("t0k", 300);
        Keychain keychain = (authority, path) -> authority.equals(registry.host()) && path.equals("a/b")
                ? Optional.of(new Keychain.Key(RegistryAuth.basic("node", "secret"), "a file"))
                : Optional.empty();
        Pull pull = new Pull("test");
        try (RegistryClient client =
                new RegistryClient(new RegistryHosts(Map.of()), keychain, DownloadLimits.DEFAULT, ONCE)) {
            client.session(ImageReference.parse(registry.host() + "/a/b:v1"), RegistryAuth.ANONYMOUS, pull)
                    .manifest("v1");
            Sessions.open(client, registry.host() + "/a/b:v1", RegistryAuth.basic("me", "mine"))
                    .manifest("v1");
        }

        assertThat(registry.requests().stream()
                        .filter(request -> request.path().equals("/token"))
                        .map(FakeRegistry.Request::query))
                .hasSize(2)
                .first()
                .asString()
                .contains("account=node");
        assertThat(pull.report().exchanges()).singleElement().satisfies(exchange -> {
            assertThat(exchange.auth()).isEqualTo(AuthUsed.TOKEN);
            assertThat(exchange.credentials()).isEqualTo("a file");
        });
    }

    @Test
    void aKeychainThatFailsIsToldOnlyWhereCredentialsAreMissing() {
        Keychain broken = (authority, path) -> {
            throw Fault.precondition("cannot read credentials /x/config.json: it is not valid JSON");
        };
        wantBearer("anybody", 300);
        try (RegistryClient client =
                new RegistryClient(new RegistryHosts(Map.of()), broken, DownloadLimits.DEFAULT, ONCE)) {
            Sessions.open(client, registry.host() + "/a/b", RegistryAuth.ANONYMOUS)
                    .manifest("v1");
            registry.behave(exchange -> {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"r\"");
                FakeRegistry.answer(exchange, 401, "");
                return true;
            });

            assertFault(
                    FaultKind.UNAUTHENTICATED,
                    "cannot read credentials /x/config.json",
                    () -> Sessions.open(client, registry.host() + "/a/b", RegistryAuth.ANONYMOUS)
                            .manifest("v1"));
        }
    }

    @Test
    void credentialsForAnotherRegistryAreNotUsed() {
        wantBearer("t0k", 300);

        manifest(new RegistryAuth("me", "secret", "", "https://elsewhere.example/v1/", "", ""));

        assertThat(registry.requests())
                .noneMatch(r -> r.authorization().orElse("").startsWith("Basic"));
    }

    @Test
    void redirectsToAnotherHostDoNotCarryCredentials() throws IOException {
        other.replace("/elsewhere", CONTENT);
        registry.behave(exchange -> {
            exchange.getResponseHeaders().set("Location", other.url() + "/elsewhere?signature=s");
            FakeRegistry.answer(exchange, 307, "");
            return true;
        });
        try (RegistryClient client = Sessions.client(new RegistryHosts(Map.of()));
                InputStream body = Sessions.open(
                                client, registry.host() + "/a/b", new RegistryAuth("", "", "", "", "", "bearer"))
                        .blob(new Descriptor("x", LAYER, 1))) {
            assertThat(body.readAllBytes()).isEqualTo(CONTENT);
        }

        assertThat(registry.requests().getFirst().authorization()).contains("Bearer bearer");
        assertThat(other.requests().getFirst().authorization()).isEmpty();
    }

    @Test
    void endlessRedirectsEnd() {
        registry.behave(exchange -> {
            exchange.getResponseHeaders().set("Location", "/again");
            FakeRegistry.answer(exchange, 302, "");
            return true;
        });

        assertFault(FaultKind.FAILED_PRECONDITION, "more than 10 times", () -> manifest(RegistryAuth.ANONYMOUS));
    }

    @Test
    void mirrorsAreTriedInOrderBeforeTheRegistry() {
        registry.add("a/b", "v1", IMAGE);
        URI closed = URI.create("http://127.0.0.1:1");

        assertThat(manifest(RegistryAuth.ANONYMOUS, Map.of(registry.host(), List.of(closed, other.url())))
                        .digest())
                .isEqualTo(IMAGE.digest());
        assertThat(other.requests()).hasSize(1);
    }

    @Test
    void aMirrorThatHasTheImageIsEnough() {
        other.add("a/b", "v1", IMAGE);

        manifest(RegistryAuth.ANONYMOUS, Map.of(registry.host(), List.of(other.url())));

        assertThat(registry.requests()).isEmpty();
    }

    @Test
    void aFailureNamesEachServerAndItsAnswer() {
        assertThatThrownBy(() -> manifest(RegistryAuth.ANONYMOUS, Map.of(registry.host(), List.of(other.url()))))
                .hasMessageContaining(registry.url() + "/v2/a/b/manifests/v1 answered 404 (MANIFEST_UNKNOWN")
                .hasMessageContaining("before that, GET " + other.url());
    }

    @Test
    void statusesBecomeKinds() {
        Map<Integer, FaultKind> kinds = Map.of(
                403, FaultKind.PERMISSION_DENIED,
                404, FaultKind.NOT_FOUND,
                429, FaultKind.UNAVAILABLE,
                500, FaultKind.UNAVAILABLE,
                418, FaultKind.FAILED_PRECONDITION);
        kinds.forEach((status, kind) -> {
            registry.behave(exchange -> {
                FakeRegistry.answer(exchange, status, "<html>");
                return true;
            });
            assertFault(kind, "answered " + status, () -> manifest(RegistryAuth.ANONYMOUS));
        });
    }

    @Test
    void aManifestThatIsNotTheOneAskedForIsRefused() {
        registry.replace("/v2/a/b/manifests/" + IMAGE.digest(), new byte[] {1});
        try (RegistryClient client = Sessions.client(new RegistryHosts(Map.of()))) {
            RegistrySession session = Sessions.open(client, registry.host() + "/a/b", RegistryAuth.ANONYMOUS);

            assertFault(
                    FaultKind.DATA_LOSS,
                    "cannot accept manifest",
                    () -> session.manifest(IMAGE.digest().toString()));
        }
    }

    @Test
    void hugeManifestsAreRefused() {
        registry.replace("/v2/a/b/manifests/v1", new byte[(4 << 20) + 1]);

        assertFault(FaultKind.RESOURCE_EXHAUSTED, "of manifest", () -> manifest(RegistryAuth.ANONYMOUS));
    }

    @Test
    void aTokenServerInTheClearIsNotAskedForAnHttpsRegistry() {
        AuthChallenge challenge = new AuthChallenge("bearer", Map.of("realm", "http://auth.example/token"));
        try (StallWatch stalls = new StallWatch(Patience.DEFAULT.stall());
                HttpTransport transport = new HttpTransport(stalls)) {
            assertFault(
                    FaultKind.UNAUTHENTICATED,
                    "HTTPS where the registry is",
                    () -> new TokenClient(transport)
                            .fetch(
                                    Endpoint.of(
                                            URI.create("https://r.example"), "r.example", "a", TlsFiles.DEFAULT, ""),
                                    RegistryAuth.basic("me", "secret"),
                                    challenge,
                                    Optional.empty()));
        }
    }

    @Test
    void secretsAreNotPrinted() {
        RegistryAuth auth = new RegistryAuth("me", "s3cret", "YTpi", "", "idt", "regt");

        assertThat(auth.toString()).doesNotContain("s3cret", "YTpi", "idt", "regt");
        assertThat(Optional.of(auth.login().orElseThrow()).toString()).doesNotContain("s3cret");
    }

    private static void assertFault(FaultKind kind, String part, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(kind))
                .hasMessageContaining(part);
    }
}
