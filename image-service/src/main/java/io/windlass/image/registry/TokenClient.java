package io.windlass.image.registry;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.hosts.Access;
import io.windlass.image.hosts.Endpoint;
import io.windlass.image.manifest.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Fetches bearer tokens from the token server that a challenge names (Docker's token authentication, and OAuth2 for identity
 * tokens), and keeps them until they expire. Thread-safe.
 */
final class TokenClient {
    private static final int MOST_BYTES = 1 << 20;
    private static final long DEFAULT_SECONDS = 60;
    private static final long BASIC_SECONDS = 3600;
    private static final int MOST_KNOWN = 1000;

    private final HttpTransport transport;
    private final Map<Key, Authorization> known = new ConcurrentHashMap<>();
    private final Map<Key, ReentrantLock> fetching = new ConcurrentHashMap<>();

    TokenClient(HttpTransport transport) {
        this.transport = transport;
    }

    /** The Authorization header that answered an earlier challenge for the same repository and credentials. */
    Optional<String> cached(Endpoint endpoint, RegistryAuth auth) {
        return usable(new Key(endpoint, auth));
    }

    private Optional<String> usable(Key key) {
        Authorization answer = known.get(key);
        return answer != null && answer.isUsable(Instant.now()) ? Optional.of(answer.header()) : Optional.empty();
    }

    /** Answers a Basic challenge, where there is a user name to answer it with. */
    Optional<String> basic(Endpoint endpoint, RegistryAuth auth) {
        return auth.login().map(login -> keep(new Key(endpoint, auth), basic(login), BASIC_SECONDS));
    }

    /**
     * Answers a Bearer challenge with a new token, which replaces the answer kept. Of several requests that were refused at once, as the
     * parts of a layer are when their token expires, one fetches it for all.
     *
     * @param refused what the server did not accept
     */
    String fetch(Endpoint endpoint, RegistryAuth auth, AuthChallenge challenge, Optional<String> refused) {
        Key key = new Key(endpoint, auth);
        ReentrantLock alone = fetching.computeIfAbsent(key, k -> new ReentrantLock());
        try {
            alone.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "the wait for a token of " + endpoint + " was cancelled", e);
        }
        try {
            return usable(key)
                    .filter(header -> !refused.equals(Optional.of(header)))
                    .orElseGet(() -> fetch(endpoint, key, challenge));
        } finally {
            alone.unlock();
        }
    }

    private String fetch(Endpoint endpoint, Key key, AuthChallenge challenge) {
        URI realm = realm(endpoint, challenge);
        String scope = challenge.parameter("scope").isEmpty()
                ? "repository:" + endpoint.path() + ":pull"
                : challenge.parameter("scope");
        String query = field("service", challenge.parameter("service"));
        for (String one : scope.split(" ", -1)) {
            query += field("scope", one);
        }
        HttpResponse<InputStream> response = ask(endpoint.access().withoutHeaders(), realm, query, scope, key.auth);
        if (response.statusCode() != 200) {
            throw RegistryError.of(
                    "the token server " + HttpTransport.withoutQuery(realm),
                    response,
                    !key.auth.equals(RegistryAuth.ANONYMOUS));
        }
        return read(realm, response, key);
    }

    private String keep(Key key, String header, long seconds) {
        if (known.size() >= MOST_KNOWN) {
            known.clear();
            fetching.clear();
        }
        known.put(key, new Authorization(header, Instant.now().plusSeconds(seconds)));
        return header;
    }

    private HttpResponse<InputStream> ask(Access access, URI realm, String query, String scope, RegistryAuth auth) {
        if (!auth.identityToken().isEmpty()) {
            String form = query.replaceAll("(^|&)scope=[^&]*", "")
                    + field("scope", scope)
                    + field("grant_type", "refresh_token")
                    + field("client_id", "windlass")
                    + field("refresh_token", auth.identityToken());
            return transport.post(access, realm, form.substring(1));
        }
        Optional<RegistryAuth.Login> login = auth.login();
        String all = query + login.map(l -> field("account", l.username())).orElse("");
        URI uri = URI.create(realm + (realm.getRawQuery() == null ? "?" : "&") + all.substring(1));
        return transport.get(
                access, uri, login.map(l -> Map.of("Authorization", basic(l))).orElse(Map.of()));
    }

    private String read(URI realm, HttpResponse<InputStream> response, Key key) {
        try (InputStream body = response.body()) {
            Json json = Json.parse(body.readNBytes(MOST_BYTES));
            String value = json.text("token").isEmpty() ? json.text("access_token") : json.text("token");
            if (value.isEmpty() || value.chars().anyMatch(c -> c <= ' ' || c > '~')) {
                throw new Fault(FaultKind.DATA_LOSS, "it has no usable token");
            }
            long seconds = json.has("expires_in") ? json.requiredLong("expires_in") : DEFAULT_SECONDS;
            return keep(key, "Bearer " + value, Math.clamp(seconds, DEFAULT_SECONDS, 86_400));
        } catch (IOException e) {
            throw HttpTransport.unavailable("reading a token from " + HttpTransport.withoutQuery(realm), e);
        } catch (Fault e) {
            throw e.in("cannot use the answer of the token server " + HttpTransport.withoutQuery(realm));
        }
    }

    /** The token server's address; a registry reached by HTTPS may not have credentials sent in the clear. */
    private static URI realm(Endpoint endpoint, AuthChallenge challenge) {
        URI realm;
        try {
            realm = URI.create(challenge.parameter("realm"));
        } catch (IllegalArgumentException e) {
            throw new Fault(FaultKind.UNAUTHENTICATED, endpoint + " names a token server that is no URL", e);
        }
        boolean https = "https".equalsIgnoreCase(realm.getScheme());
        boolean http = "http".equalsIgnoreCase(realm.getScheme())
                && "http".equals(endpoint.api().getScheme());
        if (realm.getHost() == null || !(https || http)) {
            throw new Fault(
                    FaultKind.UNAUTHENTICATED,
                    endpoint + " names the token server '" + HttpTransport.withoutQuery(realm)
                            + "', which is not asked: it must be a URL, and HTTPS where the registry is");
        }
        return realm;
    }

    private static String basic(RegistryAuth.Login login) {
        byte[] pair = (login.username() + ":" + login.password()).getBytes(StandardCharsets.UTF_8);
        return "Basic " + java.util.Base64.getEncoder().encodeToString(pair);
    }

    private static String field(String name, String value) {
        return value.isEmpty() ? "" : "&" + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /** Tokens are for one repository at one server, and for whoever asked. */
    private record Key(URI api, String path, RegistryAuth auth) {
        Key(Endpoint endpoint, RegistryAuth auth) {
            this(endpoint.api(), endpoint.path(), auth);
        }
    }
}
