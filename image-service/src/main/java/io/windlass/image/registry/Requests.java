package io.windlass.image.registry;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.hosts.Endpoint;
import io.windlass.image.progress.AuthUsed;
import io.windlass.image.progress.Exchange;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The requests of one pull, with what servers want to see of who asks. Thread-safe. */
final class Requests {
    private static final System.Logger LOG = System.getLogger(Requests.class.getName());
    private static final Keychain.Key NOBODY = new Keychain.Key(RegistryAuth.ANONYMOUS, "");
    private static final String OF_THE_PULL = "the pull";

    private final RegistryAuth given;
    private final Keychain keychain;
    private final HttpTransport transport;
    private final TokenClient tokens;
    private final Map<String, Keychain.Key> found = new ConcurrentHashMap<>();
    private final Map<String, Fault> problems = new ConcurrentHashMap<>();

    Requests(RegistryAuth given, Keychain keychain, HttpTransport transport, TokenClient tokens) {
        this.given = given;
        this.keychain = keychain;
        this.transport = transport;
        this.tokens = tokens;
    }

    /** GET with authentication; an answer other than 200 or 206 is a fault. */
    HttpResponse<InputStream> get(Endpoint endpoint, URI uri, Map<String, String> headers, Exchange exchange) {
        return checked(
                endpoint,
                uri,
                exchange,
                authorization -> transport.get(endpoint.access(), uri, with(headers, authorization)));
    }

    /** The same for a body that may be large: see {@link HttpTransport#stream}. */
    HttpResponse<InputStream> stream(Endpoint endpoint, URI uri, Map<String, String> headers, Exchange exchange) {
        return checked(
                endpoint,
                uri,
                exchange,
                authorization -> transport.stream(endpoint.access(), uri, with(headers, authorization)));
    }

    /** HEAD, likewise. */
    HttpResponse<InputStream> head(Endpoint endpoint, URI uri, Map<String, String> headers, Exchange exchange) {
        return checked(
                endpoint,
                uri,
                exchange,
                authorization -> transport.head(endpoint.access(), uri, with(headers, authorization)));
    }

    /**
     * Any other request, whose answers of the statuses {@code expected} are the caller's.
     *
     * @param upload the request without what is said of who asks; sent again with that where the server wants it
     */
    HttpResponse<InputStream> upload(Endpoint endpoint, Upload upload, Set<Integer> expected, Exchange exchange) {
        return checked(
                endpoint,
                upload.uri(),
                exchange,
                expected,
                authorization -> transport.upload(endpoint.access(), upload, with(upload.headers(), authorization)));
    }

    /** Sends a request with this value of the header Authorization. */
    private interface Send {
        HttpResponse<InputStream> send(Optional<String> authorization);
    }

    private HttpResponse<InputStream> checked(Endpoint endpoint, URI uri, Exchange exchange, Send send) {
        return checked(endpoint, uri, exchange, Set.of(200, 206), send);
    }

    private HttpResponse<InputStream> checked(
            Endpoint endpoint, URI uri, Exchange exchange, Set<Integer> expected, Send send) {
        try {
            HttpResponse<InputStream> response = authenticated(endpoint, exchange, send);
            exchange.answered(
                    response.statusCode(), response.version() == HttpClient.Version.HTTP_2 ? "HTTP/2" : "HTTP/1.1");
            if (!expected.contains(response.statusCode())) {
                throw withProblem(
                        endpoint,
                        RegistryError.of(
                                response.request().method() + " " + HttpTransport.withoutQuery(uri),
                                response,
                                !key(endpoint).auth().equals(RegistryAuth.ANONYMOUS)));
            }
            return response;
        } catch (Fault e) {
            exchange.failed(e.getMessage());
            throw e;
        }
    }

    private HttpResponse<InputStream> authenticated(Endpoint endpoint, Exchange exchange, Send send) {
        Keychain.Key key = key(endpoint);
        Optional<String> known = key.auth().registryToken().isEmpty()
                ? tokens.cached(endpoint, key.auth())
                : Optional.of("Bearer " + key.auth().registryToken());
        known.ifPresent(header -> exchange.showed(used(header, key.auth()), key.source()));
        HttpResponse<InputStream> response = send.send(known);
        if (response.statusCode() != 401) {
            return response;
        }
        Keychain.Key better;
        Optional<String> answer;
        try {
            better = look(endpoint);
            answer = answer(endpoint, better.auth(), response, known);
        } catch (Fault e) {
            HttpTransport.closeQuietly(response);
            throw e;
        }
        if (answer.isEmpty()) {
            return response;
        }
        HttpTransport.closeQuietly(response);
        exchange.showed(used(answer.get(), better.auth()), better.source());
        return send.send(answer);
    }

    /** The credentials for a server as far as they are known without asking the node's keychain, which may take a while. */
    private Keychain.Key key(Endpoint endpoint) {
        return !given.equals(RegistryAuth.ANONYMOUS) && given.isFor(endpoint.authority())
                ? new Keychain.Key(given, OF_THE_PULL)
                : found.getOrDefault(endpoint.authority(), NOBODY);
    }

    /** The same, for a server that wants some. */
    private Keychain.Key look(Endpoint endpoint) {
        Keychain.Key known = key(endpoint);
        return known.equals(NOBODY)
                ? found.computeIfAbsent(endpoint.authority(), authority -> ask(authority, endpoint.path()))
                : known;
    }

    /** A file or a program that fails is no reason not to read what anybody may read; it is told where that does not do. */
    private Keychain.Key ask(String authority, String path) {
        try {
            return keychain.find(authority, path).orElse(NOBODY);
        } catch (Fault e) {
            if (e.kind() == FaultKind.CANCELLED) {
                throw e;
            }
            LOG.log(Level.WARNING, e.getMessage());
            problems.put(authority, e);
            return NOBODY;
        }
    }

    private Fault withProblem(Endpoint endpoint, Fault fault) {
        Fault problem = problems.get(endpoint.authority());
        boolean matters = fault.kind() == FaultKind.UNAUTHENTICATED || fault.kind() == FaultKind.PERMISSION_DENIED;
        return problem == null || !matters
                ? fault
                : new Fault(fault.kind(), fault.getMessage() + "; " + problem.getMessage(), problem);
    }

    /** What to send after a 401: Bearer where offered, else Basic; empty when nothing more can be tried. */
    private Optional<String> answer(
            Endpoint endpoint, RegistryAuth auth, HttpResponse<InputStream> response, Optional<String> refused) {
        if (!auth.registryToken().isEmpty()) {
            return Optional.of("Bearer " + auth.registryToken()).filter(header -> !refused.equals(Optional.of(header)));
        }
        List<AuthChallenge> challenges = AuthChallenge.parse(response.headers().allValues("WWW-Authenticate"));
        Optional<AuthChallenge> bearer = challenges.stream()
                .filter(c ->
                        c.scheme().equals("bearer") && !c.parameter("realm").isEmpty())
                .findFirst();
        if (bearer.isPresent()) {
            try {
                return Optional.of(tokens.fetch(endpoint, auth, bearer.get(), refused));
            } catch (Fault e) {
                throw withProblem(endpoint, e);
            }
        }
        boolean basic = challenges.stream().anyMatch(c -> c.scheme().equals("basic"));
        return basic ? tokens.basic(endpoint, auth) : Optional.empty();
    }

    private static AuthUsed used(String header, RegistryAuth auth) {
        if (header.startsWith("Basic ")) {
            return AuthUsed.BASIC;
        }
        if (!auth.registryToken().isEmpty()) {
            return AuthUsed.REGISTRY_TOKEN;
        }
        if (!auth.identityToken().isEmpty()) {
            return AuthUsed.IDENTITY_TOKEN;
        }
        return auth.equals(RegistryAuth.ANONYMOUS) ? AuthUsed.ANONYMOUS_TOKEN : AuthUsed.TOKEN;
    }

    private static Map<String, String> with(Map<String, String> headers, Optional<String> authorization) {
        Map<String, String> result = new LinkedHashMap<>(headers);
        authorization.ifPresent(value -> result.put("Authorization", value));
        return result;
    }
}
