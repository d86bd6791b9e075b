package io.windlass.image.registry;

import java.net.http.HttpClient;
import java.util.concurrent.Executors;

/** Makes Java's own HTTP clients: for everything small, over HTTP/2 where a server has it, and for uploads. */
final class JavaClients {
    // Read once, when the first of Java's classes is used. Java would take up to 16 MiB of each HTTP/2 stream into
    // memory before anybody reads it.
    static {
        setUnlessSet("jdk.httpclient.windowsize", Integer.toString(1 << 20));
        setUnlessSet("jdk.httpclient.connectionWindowSize", Integer.toString(8 << 20));
        // A proxy's name and password were given for this very proxy.
        setUnlessSet("jdk.http.auth.tunneling.disabledSchemes", "");
    }

    private final NodeProxies proxies;

    JavaClients(NodeProxies proxies) {
        this.proxies = proxies;
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    HttpClient make(ClientsByTls.Way way) {
        return HttpClient.newBuilder()
                .connectTimeout(way.dialTimeout())
                .proxy(proxies)
                .followRedirects(HttpClient.Redirect.NEVER)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .sslContext(way.tls())
                .build();
    }
}
