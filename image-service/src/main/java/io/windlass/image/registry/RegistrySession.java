package io.windlass.image.registry;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.hosts.Capability;
import io.windlass.image.hosts.Endpoint;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.manifest.MediaTypes;
import io.windlass.image.progress.Exchange;
import io.windlass.image.progress.Pull;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.DigestVerifier;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Reads manifests and blobs of one repository with one set of credentials, from the first server that has them. Thread-safe. */
public final class RegistrySession implements LayerOrigin {
    /** Larger indexes, manifests and configs are refused, as other runtimes do. */
    public static final int MOST_DOCUMENT_BYTES = 4 << 20;

    private static final Map<String, String> ANY_MANIFEST = Map.of("Accept", String.join(", ", MediaTypes.MANIFESTS));

    private final Servers servers;
    private final Requests requests;
    private final BlobRequests blobs;
    private final Patience patience;
    private final Pull pull;

    RegistrySession(Servers servers, Requests requests, BlobRequests blobs, Patience patience, Pull pull) {
        this.servers = servers;
        this.requests = requests;
        this.blobs = blobs;
        this.patience = patience;
        this.pull = pull;
    }

    /** The index or manifest that a tag or digest names. */
    public Document manifest(String selector) {
        if (selector.indexOf(':') >= 0) {
            return patience.run(() -> servers.first(Capability.PULL, endpoint -> manifest(endpoint, selector)));
        }
        return patience.run(() -> servers.first(
                Capability.RESOLVE,
                endpoint -> endpoint.can(Capability.PULL)
                        ? manifest(endpoint, selector)
                        : manifest(digest(endpoint, selector).toString())));
    }

    /**
     * A small blob as a whole, checked against its digest.
     *
     * @param what it is, for messages
     */
    public byte[] document(Descriptor blob, String what) {
        try {
            return read(blob, body -> {
                byte[] bytes = body.readNBytes((int) Math.min(blob.size(), MOST_DOCUMENT_BYTES) + 1);
                DigestVerifier verifier = blob.digest().verifier();
                verifier.update(bytes, 0, bytes.length);
                verifier.verify(what);
                return bytes;
            });
        } catch (IOException e) {
            throw new Fault(
                    Thread.currentThread().isInterrupted() ? FaultKind.CANCELLED : FaultKind.UNAVAILABLE,
                    "the transfer of its " + what + " " + blob.digest() + " broke off: " + e,
                    e);
        }
    }

    /**
     * A blob's bytes, not yet checked against its digest; the caller closes the stream. A transfer that is cut or stalls goes on with
     * the byte that comes next, at any of the servers.
     */
    @Override
    public InputStream blob(Descriptor blob) {
        return blobs.whole(blob);
    }

    /**
     * The same for a layer, which waits until there are not too many downloads, and comes in parts if it is large.
     *
     * @param spool where parts are put
     * @param progress hears how many bytes are in the spool, if it comes in parts
     */
    @Override
    public BlobStream layer(Descriptor layer, Spool spool, LongConsumer progress) {
        return blobs.layer(layer, spool, progress);
    }

    /** Where the bytes of several servers were mixed, they are left out one by one. */
    @Override
    public boolean leaveOut(Digest blob, String reason) {
        return blobs.leaveOut(blob, reason);
    }

    private Document manifest(Endpoint endpoint, String selector) {
        URI uri = endpoint.manifest(selector);
        Exchange exchange = exchange(endpoint, selector);
        HttpResponse<InputStream> response = requests.get(endpoint, uri, ANY_MANIFEST, exchange);
        byte[] content;
        try (InputStream body = response.body()) {
            content = body.readNBytes(MOST_DOCUMENT_BYTES + 1);
            exchange.received(content.length);
            exchange.ended();
        } catch (IOException e) {
            exchange.failed(String.valueOf(e.getMessage()));
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

    /** What a tag stands for at a server that is asked for nothing else. */
    private Digest digest(Endpoint endpoint, String tag) {
        URI uri = endpoint.manifest(tag);
        Exchange exchange = exchange(endpoint, tag);
        HttpResponse<InputStream> response = requests.head(endpoint, uri, ANY_MANIFEST, exchange);
        HttpTransport.closeQuietly(response);
        exchange.ended();
        return response.headers()
                .firstValue("Docker-Content-Digest")
                .map(Digest::parse)
                .orElseThrow(() -> new Fault(
                        FaultKind.FAILED_PRECONDITION,
                        "HEAD " + uri + " did not say the digest, and the server may not be asked for content"));
    }

    private Exchange exchange(Endpoint endpoint, String selector) {
        return pull.exchange(endpoint.toString(), endpoint.source(), "manifest " + selector);
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
}
