package io.windlass.image.registry;

import io.windlass.image.hosts.Access;
import io.windlass.image.hosts.FileStamp;
import io.windlass.image.hosts.TlsFiles;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * One client for each way to do TLS, with its connections, made when it is first needed: reading certificates takes a while. A client
 * whose files have changed is followed by another; what it has begun goes on. Thread-safe.
 */
final class HttpClients implements AutoCloseable {
    // Java would take up to 16 MiB of each HTTP/2 stream into memory before anybody reads it.
    static {
        setUnlessSet("jdk.httpclient.windowsize", Integer.toString(1 << 20));
        setUnlessSet("jdk.httpclient.connectionWindowSize", Integer.toString(8 << 20));
        // A proxy's name and password were given for this very proxy.
        setUnlessSet("jdk.http.auth.tunneling.disabledSchemes", "");
    }

    private final NodeProxies proxies;
    private final Map<Way, Known> clients = new HashMap<>();

    HttpClients(NodeProxies proxies) {
        this.proxies = proxies;
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** @param tls whether that is needed: plain HTTP is not to wait for certificates */
    synchronized HttpClient of(Access access, boolean tls) {
        Way way = new Way(tls ? Optional.of(access.tls()) : Optional.empty(), access.dialTimeout());
        List<FileStamp> now = way.tls.map(HttpClients::look).orElse(List.of());
        Known known = clients.get(way);
        if (known == null || !known.files.equals(now)) {
            HttpClient made = make(way);
            clients.put(way, new Known(now, made));
            if (known != null) {
                known.client.shutdown();
            }
            return made;
        }
        return known.client;
    }

    private static List<FileStamp> look(TlsFiles tls) {
        Stream<Path> bundle = tls.verify() ? NodeAuthorities.bundle().stream() : Stream.empty();
        return Stream.concat(tls.files(), bundle).map(FileStamp::of).toList();
    }

    private HttpClient make(Way way) {
        return HttpClient.newBuilder()
                .connectTimeout(way.dialTimeout)
                .proxy(proxies)
                .followRedirects(HttpClient.Redirect.NEVER)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .sslContext(way.tls.map(TlsSetup::context).orElseGet(TlsSetup::none))
                .build();
    }

    @Override
    public synchronized void close() {
        clients.values().forEach(known -> known.client.shutdownNow());
    }

    private record Way(Optional<TlsFiles> tls, Duration dialTimeout) {}

    private record Known(List<FileStamp> files, HttpClient client) {}
}
