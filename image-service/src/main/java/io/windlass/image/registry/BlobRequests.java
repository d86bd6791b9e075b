package io.windlass.image.registry;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.hosts.Capability;
import io.windlass.image.hosts.Endpoint;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.progress.Exchange;
import io.windlass.image.progress.Pull;
import io.windlass.image.reference.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;

/** Fetches the blobs of one repository: small ones at once, layers when it is their turn, large layers in parts. Thread-safe. */
final class BlobRequests {
    private final Servers servers;
    private final Requests requests;
    private final Patience patience;
    private final Downloads downloads;
    private final DownloadLimits limits;
    private final Pull pull;
    private final Map<Digest, Senders> senders = new ConcurrentHashMap<>();

    BlobRequests(
            Servers servers,
            Requests requests,
            Patience patience,
            Downloads downloads,
            DownloadLimits limits,
            Pull pull) {
        this.servers = servers;
        this.requests = requests;
        this.patience = patience;
        this.downloads = downloads;
        this.limits = limits;
        this.pull = pull;
    }

    /** Does not wait for other downloads: an image's config is small, and nothing can begin before it is here. */
    InputStream whole(Descriptor blob) {
        return new ResumedBlob(blob, from -> open(blob, Range.from(from, blob), false), patience);
    }

    /** See {@link LayerOrigin#leaveOut}. */
    boolean leaveOut(Digest blob, String reason) {
        Senders known = sendersOf(blob);
        return known.leaveOut(reason) && servers.isAnyLeft(Capability.PULL, known.leftOut());
    }

    private Senders sendersOf(Digest blob) {
        return senders.computeIfAbsent(blob, _ -> new Senders());
    }

    BlobStream layer(Descriptor layer, Spool spool, LongConsumer progress) {
        if (!limits.inParts(layer.size())) {
            return new BlobStream(turn(layer, Optional.empty()), false);
        }
        Transfer first = open(layer, part(layer, 0), true);
        if (!first.isPartial()) {
            // The server knows no ranges: what it sends is the whole.
            return new BlobStream(turn(layer, Optional.of(first)), false);
        }
        PartedBlob parted = new PartedBlob(
                layer, limits, spool, first, (from, begun) -> part(layer, part(layer, from), begun), progress);
        return new BlobStream(parted, true);
    }

    private InputStream part(Descriptor layer, Range range, Optional<InputStream> begun) {
        return new ResumedBlob(
                layer,
                range.begin,
                range.end,
                begun,
                at -> open(layer, new Range(at, range.end, layer.size()), true),
                patience);
    }

    private InputStream turn(Descriptor layer, Optional<Transfer> begun) {
        return new ResumedBlob(
                layer, 0, Long.MAX_VALUE, begun, from -> open(layer, Range.from(from, layer), true), patience);
    }

    private Range part(Descriptor layer, long from) {
        return new Range(from, Math.min(from + limits.partSize(), layer.size()), layer.size());
    }

    private Transfer open(Descriptor blob, Range range, boolean limited) {
        Senders known = sendersOf(blob.digest());
        return patience.run(() -> servers.first(Capability.PULL, known.leftOut(), endpoint -> {
            Downloads.Place place = limited ? downloads.acquire(endpoint.authority()) : Downloads.FREE;
            try {
                Transfer transfer = open(endpoint, blob, range, place);
                known.sends(endpoint, transfer);
                return transfer;
            } catch (Throwable e) {
                place.close();
                throw e;
            }
        }));
    }

    private Transfer open(Endpoint endpoint, Descriptor blob, Range range, Downloads.Place place) {
        URI uri = endpoint.blob(blob.digest().toString());
        Exchange exchange =
                pull.exchange(endpoint.toString(), endpoint.source(), "blob " + blob.digest() + range.words());
        Map<String, String> headers = range.isWhole() ? Map.of() : Map.of("Range", range.header());
        HttpResponse<InputStream> response = requests.stream(endpoint, uri, headers, exchange);
        try {
            return transfer(uri, range, response, exchange, place);
        } catch (Fault e) {
            exchange.failed(e.getMessage());
            throw e;
        }
    }

    private static Transfer transfer(
            URI uri, Range range, HttpResponse<InputStream> response, Exchange exchange, Downloads.Place place) {
        boolean partial = response.statusCode() == 206;
        if (partial && !range.isOf(response)) {
            HttpTransport.closeQuietly(response);
            throw new Fault(
                    FaultKind.DATA_LOSS,
                    "GET " + uri + " was answered with another range than from byte " + range.begin + " of "
                            + range.size);
        }
        if (!partial) {
            skip(uri, response, range.begin);
        }
        return new Transfer(response.body(), partial, exchange, place);
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

    /**
     * Bytes of a blob.
     *
     * @param end the byte after the last one
     * @param size of the whole
     */
    private record Range(long begin, long end, long size) {
        static Range from(long begin, Descriptor blob) {
            return new Range(begin, blob.size(), blob.size());
        }

        boolean isWhole() {
            return begin == 0 && !isPart();
        }

        boolean isPart() {
            return end < size;
        }

        String header() {
            return "bytes=" + begin + "-" + (isPart() ? end - 1 : "");
        }

        String words() {
            return isWhole() ? "" : " from byte " + begin + (isPart() ? " to " + (end - 1) : "");
        }

        /** Whether an answer begins where it was to begin; where it says how long the blob is, that must be right, too. */
        boolean isOf(HttpResponse<InputStream> response) {
            String range = response.headers().firstValue("Content-Range").orElse("");
            return range.startsWith("bytes " + begin + "-") && (range.endsWith("/*") || range.endsWith("/" + size));
        }
    }
}
