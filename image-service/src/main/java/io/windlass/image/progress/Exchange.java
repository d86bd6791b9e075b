package io.windlass.image.progress;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request to a server while it is under way. Thread-safe. */
public final class Exchange {
    private final String server;
    private final String source;
    private final String object;
    private final Instant began = Instant.now();
    private AuthUsed auth = AuthUsed.NONE;
    private String credentials = "";
    private int status;
    private String protocol = "";
    private long bytes;
    private String failure = "";
    private @Nullable Instant ended;

    Exchange(String server, String source, String object) {
        this.server = server;
        this.source = source;
        this.object = object;
    }

    /** @param from where the credentials came from; empty when there were none */
    public synchronized void showed(AuthUsed used, String from) {
        auth = used;
        credentials = from;
    }

    public synchronized void answered(int code, String version) {
        status = code;
        protocol = version;
    }

    public synchronized void received(int count) {
        bytes += count;
    }

    /** The request came to its end, or nobody wants more of it. */
    public synchronized void ended() {
        if (ended == null) {
            ended = Instant.now();
        }
    }

    /** @param reason why the server was left for another, or for another try */
    public synchronized void failed(String reason) {
        failure = reason;
        ended();
    }

    synchronized ExchangeReport report() {
        return new ExchangeReport(
                server,
                source,
                object,
                auth,
                credentials,
                status,
                protocol,
                bytes,
                failure,
                began,
                Optional.ofNullable(ended));
    }
}
