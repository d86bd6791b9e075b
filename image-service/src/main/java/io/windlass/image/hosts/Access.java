package io.windlass.image.hosts;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How a server is spoken to.
 *
 * @param headers sent with each request to it, and to no other
 * @param dialTimeout for a connection to be made
 */
public record Access(TlsFiles tls, Map<String, List<String>> headers, Duration dialTimeout) {
    static final Duration DIAL_TIMEOUT = Duration.ofSeconds(15);

    public static final Access DEFAULT = new Access(TlsFiles.DEFAULT);

    public Access {
        headers = Map.copyOf(headers);
    }

    Access(TlsFiles tls) {
        this(tls, Map.of(), DIAL_TIMEOUT);
    }

    /** The way to another server by the same certificates, as a token server is. */
    public Access withoutHeaders() {
        return new Access(tls, Map.of(), dialTimeout);
    }

    /** Headers may be secrets. */
    @Override
    public String toString() {
        return "Access[tls=" + tls + ", headers=" + headers.keySet() + "]";
    }
}
