package io.windlass.image.registry;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.auth.AuthExchange;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.auth.BasicScheme;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.SystemDefaultRoutePlanner;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * GET of large bodies, over HTTP/1.1: whoever reads a body reads the socket, on its own thread and into its own buffer. Java's own client
 * hands each 16 KiB through three threads in a new array, which costs a pull as much as the hashing. Thread-safe.
 *
 * <p>An interrupt of the reading thread closes its connection.
 */
final class StreamClient implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 1024;
    private static final TimeValue IDLE = TimeValue.ofSeconds(30);

    private final NodeProxies proxies;
    private final StallWatch stalls;
    private final CloseableHttpClient client;
    private int answers;
    private boolean retired;

    StreamClient(NodeProxies proxies, ClientsByTls.Way way, StallWatch stalls) {
        this.proxies = proxies;
        this.stalls = stalls;
        Timeout timeout = Timeout.of(stalls.limit());
        HttpClientBuilder builder = HttpClients.custom()
                .setConnectionManager(new Connections()
                        .setTlsSocketStrategy(
                                new DefaultClientTlsStrategy(way.tls(), HostnameVerificationPolicy.BUILTIN, null))
                        .setMaxConnTotal(MOST_CONNECTIONS)
                        .setMaxConnPerRoute(MOST_CONNECTIONS)
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(Timeout.of(way.dialTimeout()))
                                .setSocketTimeout(timeout)
                                .build())
                        .build())
                .setDefaultRequestConfig(
                        RequestConfig.custom().setResponseTimeout(timeout).build())
                .setRoutePlanner(new SystemDefaultRoutePlanner(proxies))
                .setRetryStrategy(new OnceMore())
                .evictIdleConnections(IDLE)
                .disableAuthCaching()
                .disableContentCompression()
                .disableCookieManagement()
                .disableDefaultUserAgent()
                .disableRedirectHandling();
        this.client = builder.build();
    }

    /** The answer, whatever its status; the caller closes its body. Redirects are the caller's. */
    HttpResponse<InputStream> get(HttpRequest request) throws IOException {
        URI uri = request.uri();
        HttpGet get = new HttpGet(uri);
        boolean tunnel = "https".equalsIgnoreCase(uri.getScheme());
        request.headers().map().forEach((name, values) -> {
            // In a tunnel the server would see it.
            if (!(tunnel && name.equalsIgnoreCase("Proxy-Authorization"))) {
                values.forEach(value -> get.addHeader(name, value));
            }
        });
        HttpClientContext context = HttpClientContext.create();
        if (tunnel) {
            logIn(uri, context);
        }
        begin();
        try {
            ClassicHttpResponse response = client.executeOpen(null, get, context);
            return new Answer(request, response, stalls.watch(new Body(content(response), get)));
        } catch (Throwable e) {
            end();
            throw e;
        }
    }

    private synchronized void begin() {
        answers++;
    }

    private void end() {
        boolean last;
        synchronized (this) {
            answers--;
            last = retired && answers == 0;
        }
        if (last) {
            close();
        }
    }

    /** Ends the client once all that it has begun is read. */
    void retire() {
        boolean unused;
        synchronized (this) {
            retired = true;
            unused = answers == 0;
        }
        if (unused) {
            close();
        }
    }

    /** Tells the proxy who asks, without waiting to be asked. */
    private void logIn(URI uri, HttpClientContext context) {
        Proxy proxy = proxies.select(uri).getFirst();
        Optional<NodeProxies.Login> login = proxies.credentials(uri);
        if (login.isPresent() && proxy.address() instanceof InetSocketAddress address) {
            BasicScheme scheme = new BasicScheme();
            scheme.initPreemptive(new UsernamePasswordCredentials(
                    login.get().name(), login.get().password().toCharArray()));
            AuthExchange exchange = new AuthExchange();
            exchange.select(scheme);
            context.setAuthExchange(new HttpHost(null, address.getHostString(), address.getPort()), exchange);
        }
    }

    private static InputStream content(ClassicHttpResponse response) throws IOException {
        HttpEntity entity = response.getEntity();
        return entity == null ? InputStream.nullInputStream() : entity.getContent();
    }

    @Override
    public void close() {
        client.close(CloseMode.IMMEDIATE);
    }

    /** Leaves its connection to others once it has been read to its end. Read by one thread, closed by any. */
    private final class Body extends FilterInputStream {
        private final HttpGet request;
        private final AtomicBoolean closed = new AtomicBoolean();

        Body(InputStream in, HttpGet request) {
            super(in);
            this.request = request;
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            try {
                return super.read(buffer, from, length);
            } catch (SocketTimeoutException e) {
                throw new StallWatch.Stalled(stalls.limit(), e);
            }
        }

        /** Does not read the rest, of which there may be much. */
        @Override
        public void close() {
            if (closed.getAndSet(true)) {
                return;
            }
            request.cancel();
            end();
        }
    }

    private record Answer(HttpRequest request, ClassicHttpResponse response, InputStream body)
            implements HttpResponse<InputStream> {
        @Override
        public int statusCode() {
            return response.getCode();
        }

        @Override
        public Optional<HttpResponse<InputStream>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public HttpHeaders headers() {
            Map<String, List<String>> headers = new LinkedHashMap<>();
            for (Header header : response.getHeaders()) {
                headers.computeIfAbsent(header.getName(), name -> new ArrayList<>())
                        .add(String.valueOf(header.getValue()));
            }
            return HttpHeaders.of(headers, (name, value) -> true);
        }

        @Override
        public Optional<SSLSession> sslSession() {
            return Optional.empty();
        }

        @Override
        public URI uri() {
            return request.uri();
        }

        @Override
        public HttpClient.Version version() {
            return HttpClient.Version.HTTP_1_1;
        }
    }

    /** A connection that was idle may have been closed by the server meanwhile: the next one is tried at once. All else is not for us. */
    private static final class OnceMore extends DefaultHttpRequestRetryStrategy {
        OnceMore() {
            super(
                    1,
                    TimeValue.ZERO_MILLISECONDS,
                    List.of(
                            InterruptedIOException.class,
                            UnknownHostException.class,
                            ConnectException.class,
                            NoRouteToHostException.class,
                            SSLException.class),
                    List.of());
        }
    }

    /** Connections whose sockets are channels: those alone are closed when the thread that waits for them is interrupted. */
    private static final class Connections extends PoolingHttpClientConnectionManagerBuilder {
        @Override
        protected HttpClientConnectionOperator createConnectionOperator(
                @Nullable SchemePortResolver ports, @Nullable DnsResolver names, TlsSocketStrategy tls) {
            return new DefaultHttpClientConnectionOperator(
                    proxy -> SocketChannel.open().socket(),
                    ports,
                    names,
                    RegistryBuilder.<TlsSocketStrategy>create()
                            .register(URIScheme.HTTPS.id, tls)
                            .build());
        }
    }
}
