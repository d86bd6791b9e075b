package io.windlass.image.registry;

import io.windlass.image.reference.Repository;

/** The way to all registries: one HTTP client with its connections, and the tokens fetched so far. Thread-safe. */
public final class RegistryClient implements AutoCloseable {
    private final RegistryHosts hosts;
    private final HttpTransport transport;
    private final TokenClient tokens;
    private final Patience patience;
    private final StallWatch stalls;

    public RegistryClient(RegistryHosts hosts) {
        this(hosts, new HttpTransport(), Patience.DEFAULT);
    }

    RegistryClient(RegistryHosts hosts, HttpTransport transport, Patience patience) {
        this.hosts = hosts;
        this.transport = transport;
        this.tokens = new TokenClient(transport);
        this.patience = patience;
        this.stalls = new StallWatch(patience.stall());
    }

    /** Starts to read from a repository; costs nothing until something is asked for. */
    public RegistrySession session(Repository repository, RegistryAuth auth) {
        return new RegistrySession(repository, hosts.endpoints(repository), auth, transport, tokens, patience, stalls);
    }

    @Override
    public void close() {
        stalls.close();
        transport.close();
    }
}
