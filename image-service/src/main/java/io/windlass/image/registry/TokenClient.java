package io.windlass.image.registry;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.manifest.Json;
import io.windlass.image.reference.Repository;
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

    TokenClient(HttpTransport transport) {
        this.transport = transport;
    }

    /** The Authorization header that answered an earlier challenge for the same repository and credentials. */
    Optional<String> cached(Endpoint endpoint, Repository repository, RegistryAuth auth) {
        Authorization answer = known.get(new Key(endpoint, repository, auth));
        return answer != null && answer.isUsable(Instant.now()) ? Optional.of(answer.header()) : Optional.empty();
    }

    /** Answers a Basic challenge, where there is a user name to answer it with. */
    Optional<String> basic(Endpoint endpoint, Repository repository, RegistryAuth auth) {
        return auth.login().map(login -> keep(new Key(endpoint, repository, auth), basic(login), BASIC_SECONDS));
    }

    /** Answers a Bearer challenge with a new token, which replaces the answer kept. */
    String fetch(Endpoint endpoint, Repository repository, RegistryAuth auth, AuthChallenge challenge) {
        URI realm = realm(endpoint, challenge);
        String scope = challenge.parameter("scope").isEmpty()
                ? "repository:" + repository.path() + ":pull"
                : challenge.parameter("scope");
        String query = field("service", challenge.parameter("service"));
        for (String one : scope.split(" ", -1)) {
            query += field("scope", one);
        }
        HttpResponse<InputStream> response = ask(realm, query, scope, auth);
        if (response.statusCode() != 200) {
            throw RegistryError.of(
                    "the token server " + HttpTransport.withoutQuery(realm),
                    response,
                    !auth.equals(RegistryAuth.ANONYMOUS));
        }
        return read(realm, response, new Key(endpoint, repository, auth));
    }

    private String keep(Key key, String header, long seconds) {
        if (known.size() >= MOST_KNOWN) {
            known.clear();
        }
        known.put(key, new Authorization(header, Instant.now().plusSeconds(seconds)));
        return header;
    }

    private HttpResponse<InputStream> ask(URI realm, String query, String scope, RegistryAuth auth) {
        if (!auth.identityToken().isEmpty()) {
            String form = query.replaceAll("(^|&)scope=[^&]*", "")
                    + field("scope", scope)
                    + field("grant_type", "refresh_token")
                    + field("client_id", "windlass")
                    + field("refresh_token", auth.identityToken());
            return transport.post(realm, form.substring(1));
        }
        Optional<RegistryAuth.Login> login = auth.login();
        String all = query + login.map(l -> field("account", l.username())).orElse("");
        URI uri = URI.create(realm + (realm.getRawQuery() == null ? "?" : "&") + all.substring(1));
        return transport.get(
                uri, login.map(l -> Map.of("Authorization", basic(l))).orElse(Map.of()));
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
                && "http".equals(endpoint.base().getScheme());
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

    private record Key(Endpoint endpoint, Repository repository, RegistryAuth auth) {}
}
