package io.windlass.image.registry;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.hosts.Endpoint;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.progress.Exchange;
import io.windlass.image.progress.Pull;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.Repository;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Writes blobs and manifests into one repository of a registry, not of its mirrors, as the OCI distribution specification has it.
 * Thread-safe.
 */
public final class PushSession {
    private static final String BYTES = "application/octet-stream";

    private final Repository repository;
    private final Servers servers;
    private final Requests requests;
    private final Patience patience;
    private final Pull exchanges;

    PushSession(Repository repository, List<Endpoint> endpoints, Requests requests, Patience patience, Pull exchanges) {
        this.repository = repository;
        this.servers = new Servers(endpoints);
        this.requests = requests;
        this.patience = patience;
        this.exchanges = exchanges;
    }

    /** How a blob came to be in the repository. */
    public enum Way {
        /** It was there. */
        PRESENT,
        /** The registry took it over from another repository of its own. */
        MOUNTED,
        UPLOADED
    }

    /**
     * Sees to it that a blob is in the repository.
     *
     * @param file its bytes, if it is there
     * @param from other repositories of the registry that may have it
     * @return empty when neither the registry has it nor the file is there
     */
    public Optional<Way> blob(Descriptor blob, Path file, List<Repository> from) {
        return patience.run(() -> onRegistry(endpoint -> blob(endpoint, blob, file, from)));
    }

    private Optional<Way> blob(Endpoint endpoint, Descriptor blob, Path file, List<Repository> from) {
        if (has(endpoint, blob)) {
            return Optional.of(Way.PRESENT);
        }
        Optional<URI> upload = Optional.empty();
        for (Repository other : from) {
            if (other.registry().equals(repository.registry()) && !other.equals(repository)) {
                HttpResponse<InputStream> answer = begin(
                        endpoint,
                        blob,
                        "?mount=" + escaped(blob.digest().toString()) + "&from=" + escaped(other.path()));
                if (answer.statusCode() == 201) {
                    return Optional.of(Way.MOUNTED);
                }
                // It was not taken over, so the registry waits for its bytes.
                upload = Optional.of(location(endpoint, answer));
                break;
            }
        }
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        URI place = upload.orElseGet(() -> location(endpoint, begin(endpoint, blob, "")));
        put(endpoint, blob, place, file);
        return Optional.of(Way.UPLOADED);
    }

    private boolean has(Endpoint endpoint, Descriptor blob) {
        URI uri = endpoint.blob(blob.digest().toString());
        return send(
                                endpoint,
                                new Upload("HEAD", uri, Map.of(), UploadBody.NONE),
                                Set.of(200, 404),
                                "blob " + blob.digest())
                        .statusCode()
                == 200;
    }

    private HttpResponse<InputStream> begin(Endpoint endpoint, Descriptor blob, String query) {
        URI uri = URI.create(endpoint.api() + "/" + endpoint.path() + "/blobs/uploads/" + query);
        return send(
                endpoint,
                new Upload("POST", uri, Map.of(), UploadBody.NONE),
                query.isEmpty() ? Set.of(202) : Set.of(201, 202),
                "upload of blob " + blob.digest());
    }

    private void put(Endpoint endpoint, Descriptor blob, URI upload, Path file) {
        String query = upload.getRawQuery() == null ? "?" : "&";
        URI uri = URI.create(upload + query + "digest=" + escaped(blob.digest().toString()));
        try {
            UploadBody body = UploadBody.of(file);
            if (body.size() != blob.size()) {
                throw new Fault(
                        FaultKind.DATA_LOSS,
                        "%s has %d bytes, not the %d of its manifest; pull the image again"
                                .formatted(file, body.size(), blob.size()));
            }
            send(
                    endpoint,
                    new Upload("PUT", uri, Map.of("Content-Type", BYTES), body),
                    Set.of(201, 204),
                    "blob " + blob.digest());
        } catch (IOException e) {
            throw Fault.internal("cannot read blob file " + file + ": " + e.getMessage(), e);
        }
    }

    /** Puts a manifest or index under a tag or its digest; what it refers to must be there. */
    public void manifest(String selector, String mediaType, Digest digest, byte[] content) {
        patience.run(() -> onRegistry(endpoint -> {
            URI uri = endpoint.manifest(selector);
            HttpResponse<InputStream> answer = send(
                    endpoint,
                    new Upload("PUT", uri, Map.of("Content-Type", mediaType), UploadBody.of(content)),
                    Set.of(200, 201),
                    "manifest " + selector);
            answer.headers().firstValue("Docker-Content-Digest").ifPresent(said -> {
                if (!said.equals(digest.toString())) {
                    throw new Fault(
                            FaultKind.DATA_LOSS,
                            "PUT " + uri + " was answered with the digest " + said + ", not " + digest);
                }
            });
            return answer;
        }));
    }

    private HttpResponse<InputStream> send(Endpoint endpoint, Upload upload, Set<Integer> expected, String object) {
        Exchange exchange = exchanges.exchange(endpoint.toString(), endpoint.source(), object);
        HttpResponse<InputStream> answer = requests.upload(endpoint, upload, expected, exchange);
        HttpTransport.closeQuietly(answer);
        exchange.ended();
        return answer;
    }

    /** Where the bytes go: at the same server, as nobody else is shown who asks. */
    private static URI location(Endpoint endpoint, HttpResponse<InputStream> answer) {
        String said = answer.headers()
                .firstValue("Location")
                .orElseThrow(() -> new Fault(
                        FaultKind.FAILED_PRECONDITION, endpoint + " began an upload without saying where it goes"));
        URI place;
        try {
            place = answer.uri().resolve(said);
        } catch (IllegalArgumentException e) {
            throw new Fault(FaultKind.FAILED_PRECONDITION, endpoint + " sends uploads to a place that is no URL", e);
        }
        if (place.getHost() == null || !HttpTransport.isSameOrigin(endpoint.api(), place)) {
            throw new Fault(
                    FaultKind.FAILED_PRECONDITION,
                    endpoint + " sends uploads to another server, " + HttpTransport.withoutQuery(place)
                            + ", which is not trusted with the credentials");
        }
        return place;
    }

    private <T> T onRegistry(Function<Endpoint, T> request) {
        return servers.any(request);
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
