package io.windlass.image.registry;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.manifest.MediaTypes;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.Repository;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads manifests and blobs of one repository with one set of credentials, from the first server that has them. Thread-safe. */
public final class RegistrySession {
    /** Larger indexes, manifests and configs are refused, as other runtimes do. */
    public static final int MOST_DOCUMENT_BYTES = 4 << 20;

    private final Repository repository;
    private final List<Endpoint> endpoints;
    private final RegistryAuth auth;
    private final HttpTransport transport;
    private final TokenClient tokens;
    private final Patience patience;
    private final StallWatch stalls;

    RegistrySession(
            Repository repository,
            List<Endpoint> endpoints,
            RegistryAuth auth,
            HttpTransport transport,
            TokenClient tokens,
            Patience patience,
            StallWatch stalls) {
        this.repository = repository;
        this.endpoints = endpoints;
        this.auth = auth;
        this.transport = transport;
        this.tokens = tokens;
        this.patience = patience;
        this.stalls = stalls;
    }

    /** The index or manifest that a tag or digest names. */
    public Document manifest(String selector) {
        return patience.run(() -> fromFirst(endpoint -> manifest(endpoint, selector)));
    }

    /**
     * A blob's bytes, not yet checked against its digest; the caller closes the stream. A transfer that is cut or stalls goes on with
     * the byte that comes next, at any of the servers.
     */
    public InputStream blob(Descriptor blob) {
        return new ResumedBlob(
                blob, from -> patience.run(() -> fromFirst(endpoint -> blob(endpoint, blob, from))), patience, stalls);
    }

    private Document manifest(Endpoint endpoint, String selector) {
        URI uri = endpoint.manifest(repository, selector);
        Map<String, String> headers = Map.of("Accept", String.join(", ", MediaTypes.MANIFESTS));
        HttpResponse<InputStream> response = get(endpoint, uri, headers);
        byte[] content;
        try (InputStream body = response.body()) {
            content = body.readNBytes(MOST_DOCUMENT_BYTES + 1);
        } catch (IOException e) {
            throw HttpTransport.unavailable("GET " + uri, e);
        }
        if (content.length > MOST_DOCUMENT_BYTES) {
            throw new Fault(
                    FaultKind.RESOURCE_EXHAUSTED,
                    "GET " + uri + " gave more than " + MOST_DOCUMENT_BYTES + " bytes of manifest");
        }
        String contentType = response.headers().firstValue("Content-Type").orElse("");
        return new Document(checked(uri, selector, response, content), content, contentType);
    }

    /** A manifest asked for by digest must have it; one asked for by tag must have the digest that the server says. */
    private static Digest checked(URI uri, String selector, HttpResponse<InputStream> response, byte[] content) {
        Optional<Digest> expected = selector.indexOf(':') >= 0
                ? Optional.of(Digest.parse(selector))
                : response.headers().firstValue("Docker-Content-Digest").map(Digest::parse);
        expected.ifPresent(digest -> {
            var verifier = digest.verifier();
            verifier.update(content, 0, content.length);
            verifier.verify("manifest " + uri);
        });
        return expected.orElseGet(() -> Digest.sha256(content));
    }

    private InputStream blob(Endpoint endpoint, Descriptor blob, long offset) {
        URI uri = endpoint.blob(repository, blob.digest().toString());
        Map<String, String> headers = offset == 0 ? Map.of() : Map.of("Range", "bytes=" + offset + "-");
        HttpResponse<InputStream> response = get(endpoint, uri, headers);
        if (offset > 0 && response.statusCode() == 200) {
            skip(uri, response, offset);
        } else if (offset > 0 && !begins(response, offset)) {
            HttpTransport.closeQuietly(response);
            throw new Fault(
                    FaultKind.DATA_LOSS, "GET " + uri + " was answered with another range than from byte " + offset);
        }
        return response.body();
    }

    /** A server that does not know ranges sends all from the beginning; the digest is that of the whole in any case. */
    private static void skip(URI uri, HttpResponse<InputStream> response, long offset) {
        try {
            response.body().skipNBytes(offset);
        } catch (IOException e) {
            HttpTransport.closeQuietly(response);
            throw HttpTransport.unavailable("GET " + uri, e);
        }
    }

    private static boolean begins(HttpResponse<InputStream> response, long offset) {
        return response.headers()
                .firstValue("Content-Range")
                .map(range -> range.startsWith("bytes " + offset + "-"))
                .orElse(false);
    }

    /** GET with authentication; an answer other than 200 or 206 is a fault. */
    private HttpResponse<InputStream> get(Endpoint endpoint, URI uri, Map<String, String> headers) {
        RegistryAuth usable = auth.isFor(endpoint.authority()) ? auth : RegistryAuth.ANONYMOUS;
        Optional<String> known = usable.registryToken().isEmpty()
                ? tokens.cached(endpoint, repository, usable)
                : Optional.of("Bearer " + usable.registryToken());
        HttpResponse<InputStream> response = transport.get(uri, with(headers, known));
        if (response.statusCode() == 401) {
            Optional<String> answer = answer(endpoint, usable, response);
            if (answer.isPresent()) {
                HttpTransport.closeQuietly(response);
                response = transport.get(uri, with(headers, answer));
            }
        }
        if (response.statusCode() != 200 && response.statusCode() != 206) {
            throw RegistryError.of("GET " + uri, response, !usable.equals(RegistryAuth.ANONYMOUS));
        }
        return response;
    }

    /** What to send after a 401: Bearer where offered, else Basic; empty when nothing more can be tried. */
    private Optional<String> answer(Endpoint endpoint, RegistryAuth usable, HttpResponse<InputStream> response) {
        if (!usable.registryToken().isEmpty()) {
            return Optional.empty();
        }
        List<AuthChallenge> challenges = AuthChallenge.parse(response.headers().allValues("WWW-Authenticate"));
        Optional<AuthChallenge> bearer = challenges.stream()
                .filter(c ->
                        c.scheme().equals("bearer") && !c.parameter("realm").isEmpty())
                .findFirst();
        if (bearer.isPresent()) {
            return Optional.of(tokens.fetch(endpoint, repository, usable, bearer.get()));
        }
        boolean basic = challenges.stream().anyMatch(c -> c.scheme().equals("basic"));
        return basic ? tokens.basic(endpoint, repository, usable) : Optional.empty();
    }

    private static Map<String, String> with(Map<String, String> headers, Optional<String> authorization) {
        Map<String, String> result = new LinkedHashMap<>(headers);
        authorization.ifPresent(value -> result.put("Authorization", value));
        return result;
    }

    /** Asks the servers in order. The last one's failure is reported, with what the others said before it. */
    private <T> T fromFirst(Function<Endpoint, T> request) {
        List<Fault> failures = new ArrayList<>();
        for (Endpoint endpoint : endpoints) {
            try {
                return request.apply(endpoint);
            } catch (Fault e) {
                if (e.kind() == FaultKind.CANCELLED) {
                    throw e;
                }
                failures.add(e);
            }
        }
        Fault last = failures.removeLast();
        if (failures.isEmpty()) {
            throw last;
        }
        StringBuilder message = new StringBuilder(last.getMessage()).append("; before that");
        failures.forEach(f -> message.append(", ").append(f.getMessage()));
        Fault all = new Fault(last.kind(), message.toString(), last);
        failures.forEach(all::addSuppressed);
        throw all;
    }
}
