package io.windlass.image.registry;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.hosts.Access;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ConnectTimeoutException;

/**
 * HTTP as registries need it: redirects are followed without showing credentials to another host, and failures and
 * interrupts become faults. Thread-safe.
 */
final class HttpTransport implements AutoCloseable {
    private static final int COMMIT_STALLS = 10;
    private static final int MOST_REDIRECTS = 10;
    private static final String AUTHORIZATION = "Authorization";

    private final NodeProxies proxies;
    private final ClientsByTls<HttpClient> clients;
    private final ClientsByTls<StreamClient> streams;
    private final StallWatch stalls;

    HttpTransport(StallWatch stalls) {
        this(new NodeProxies(System.getenv()), stalls);
    }

    HttpTransport(NodeProxies proxies, StallWatch stalls) {
        this.proxies = proxies;
        this.clients =
                new ClientsByTls<>(new JavaClients(proxies)::make, HttpClient::shutdown, HttpClient::shutdownNow);
        this.streams = new ClientsByTls<>(
                way -> new StreamClient(proxies, way, stalls), StreamClient::retire, StreamClient::close);
        this.stalls = stalls;
    }

    /** The answer to a GET, whatever its status; the caller closes its body. */
    HttpResponse<InputStream> get(Access access, URI uri, Map<String, String> headers) {
        return follow("GET", access, uri, headers, this::send);
    }

    /** The same for a body that may be large. It is read on the thread that reads it, which an interrupt frees. */
    HttpResponse<InputStream> stream(Access access, URI uri, Map<String, String> headers) {
        return follow("GET", access, uri, headers, this::open);
    }

    /** The answer to a HEAD, whatever its status. */
    HttpResponse<InputStream> head(Access access, URI uri, Map<String, String> headers) {
        return follow("HEAD", access, uri, headers, this::send);
    }

    private HttpResponse<InputStream> follow(
            String method, Access access, URI uri, Map<String, String> headers, Sender sender) {
        URI at = uri;
        boolean sameOrigin = true;
        for (int hops = 0; hops <= MOST_REDIRECTS; hops++) {
            HttpRequest.Builder request = request(at).method(method, BodyPublishers.noBody());
            if (sameOrigin) {
                access.headers().forEach((name, values) -> {
                    if (!(name.equalsIgnoreCase(AUTHORIZATION) && headers.containsKey(AUTHORIZATION))) {
                        values.stream().limit(1).forEach(value -> request.setHeader(name, value));
                        values.stream().skip(1).forEach(value -> request.header(name, value));
                    }
                });
            }
            for (Map.Entry<String, String> header : headers.entrySet()) {
                if (sameOrigin || !header.getKey().equalsIgnoreCase(AUTHORIZATION)) {
                    request.header(header.getKey(), header.getValue());
                }
            }
            HttpResponse<InputStream> response = sender.send(access, request.build());
            if (!isRedirect(response.statusCode())) {
                return response;
            }
            at = target(at, response);
            sameOrigin = sameOrigin && isSameOrigin(uri, at);
        }
        throw new Fault(
                FaultKind.FAILED_PRECONDITION,
                method + " " + uri + " was redirected more than " + MOST_REDIRECTS + " times");
    }

    /** The answer to a form sent by POST; redirects are not followed, as the form holds secrets. */
    HttpResponse<InputStream> post(Access access, URI uri, String form) {
        BodyPublisher body = BodyPublishers.ofString(form);
        return send(
                access,
                request(uri)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(body)
                        .build());
    }

    /**
     * The answer to a request that changes something; redirects are not followed.
     *
     * <p>How long it may take is not limited, but how long nothing of the body is taken, or no answer comes once all of it is.
     */
    HttpResponse<InputStream> upload(Access access, Upload upload, Map<String, String> headers) {
        AtomicLong taken = new AtomicLong();
        HttpRequest.Builder request = unlimited(upload.uri(), HttpClient.Version.HTTP_1_1)
                .method(upload.method(), upload.body().counted(taken));
        access.headers().forEach((name, values) -> {
            if (!headers.containsKey(name)) {
                values.forEach(value -> request.header(name, value));
            }
        });
        headers.forEach(request::header);
        CompletableFuture<HttpResponse<InputStream>> answer =
                clients.of(access, isHttps(upload.uri())).sendAsync(request.build(), this::body);
        String what = upload.method() + " " + withoutQuery(upload.uri());
        long before = -1;
        int quiet = 0;
        while (true) {
            try {
                return answer.get(stalls.limit().toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                long now = taken.get();
                quiet = now == before ? quiet + 1 : 0;
                // A registry may have to copy all of a large blob before it answers.
                boolean sent = now >= upload.body().size();
                if (quiet >= (sent ? COMMIT_STALLS : 1)) {
                    answer.cancel(true);
                    throw unavailable(what, new HttpTimeoutException("stalled"));
                }
                before = now;
            } catch (InterruptedException e) {
                answer.cancel(true);
                Thread.currentThread().interrupt();
                throw new Fault(FaultKind.CANCELLED, what + " was cancelled", e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException broken) {
                    throw unavailable(what, broken);
                }
                throw Fault.internal(what + " failed: " + e.getCause(), e);
            }
        }
    }

    private HttpRequest.Builder request(URI uri) {
        HttpClient.Version version = isHttps(uri) ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1;
        return unlimited(uri, version).timeout(stalls.limit());
    }

    private HttpRequest.Builder unlimited(URI uri, HttpClient.Version version) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).version(version).header("User-Agent", "windlass");
        // It goes to the proxy alone: without one it is not sent.
        proxies.login(uri).ifPresent(value -> request.header("Proxy-Authorization", value));
        return request;
    }

    private static boolean isHttps(URI uri) {
        return "https".equalsIgnoreCase(uri.getScheme());
    }

    private HttpResponse<InputStream> send(Access access, HttpRequest request) {
        try {
            return clients.of(access, isHttps(request.uri())).send(request, this::body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "the request to " + request.uri() + " was cancelled", e);
        } catch (IOException e) {
            throw unavailable(request.method() + " " + withoutQuery(request.uri()), e);
        }
    }

    private HttpResponse<InputStream> open(Access access, HttpRequest request) {
        try {
            return streams.of(access, isHttps(request.uri())).get(request);
        } catch (IOException e) {
            throw unavailable(request.method() + " " + withoutQuery(request.uri()), e);
        }
    }

    /** What is slow in coming is broken off, whatever it is. */
    private BodySubscriber<InputStream> body(HttpResponse.ResponseInfo answer) {
        return BodySubscribers.mapping(BodySubscribers.ofInputStream(), stalls::watch);
    }

    /** A failed connection as a fault that says what to look at. */
    static Fault unavailable(String what, IOException e) {
        if (Thread.currentThread().isInterrupted()) {
            return new Fault(FaultKind.CANCELLED, what + " was cancelled", e);
        }
        String reason = switch (e) {
            case HttpConnectTimeoutException _, ConnectTimeoutException _ ->
                "the server cannot be reached (no connection in time); check the network and proxies";
            case HttpTimeoutException _, SocketTimeoutException _ -> "no answer came in time";
            case ConnectException refused
            when rootCause(e) instanceof java.nio.channels.UnresolvedAddressException ->
                "the host name cannot be resolved; check the DNS of this node";
            case UnknownHostException unknown -> "the host name cannot be resolved; check the DNS of this node";
            case ConnectException refused -> "connection refused; check that the registry runs there";
            case SSLException tls -> "TLS failed: " + tls.getMessage();
            default -> "the connection broke: " + (e.getMessage() == null ? e.toString() : e.getMessage());
        };
        return new Fault(FaultKind.UNAVAILABLE, what + " failed: " + reason, e);
    }

    private static Throwable rootCause(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** Sends one request, whose answer may be a redirect. */
    private interface Sender {
        HttpResponse<InputStream> send(Access access, HttpRequest request);
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private static URI target(URI from, HttpResponse<InputStream> response) {
        closeQuietly(response);
        String location = response.headers().firstValue("Location").orElse("");
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new Fault(
                    FaultKind.FAILED_PRECONDITION,
                    "GET " + withoutQuery(from) + " was redirected to an invalid place",
                    e);
        }
        boolean https = isHttps(to);
        boolean downgrade = isHttps(from) && !https;
        if (location.isEmpty()
                || to.getHost() == null
                || downgrade
                || !(https || "http".equalsIgnoreCase(to.getScheme()))) {
            throw new Fault(
                    FaultKind.FAILED_PRECONDITION,
                    "GET " + withoutQuery(from) + " was redirected to '" + withoutQuery(to) + "', which is not followed"
                            + (downgrade ? ": it leaves HTTPS" : ""));
        }
        return to;
    }

    static boolean isSameOrigin(URI a, URI b) {
        return a.getScheme().equalsIgnoreCase(b.getScheme())
                && a.getHost().equalsIgnoreCase(b.getHost())
                && a.getPort() == b.getPort();
    }

    /** Queries of redirect targets are signatures: secrets that do not belong in messages. */
    static String withoutQuery(URI uri) {
        String text = uri.toString();
        int query = text.indexOf('?');
        return query < 0 ? text : text.substring(0, query);
    }

    static void closeQuietly(HttpResponse<InputStream> response) {
        try {
            response.body().close();
        } catch (IOException e) {
            // The body is not wanted; the connection is then not used again, which is all that closing is for.
        }
    }

    @Override
    public void close() {
        clients.close();
        streams.close();
    }
}
