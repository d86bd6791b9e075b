package io.windlass.image.registry;

import io.windlass.image.reference.Repository;

/** The way to all registries: one HTTP client with its connections, and the tokens fetched so far. Thread-safe. */
public final class RegistryClient implements AutoCloseable {
    private final RegistryHosts hosts;
    private final HttpTransport transport;
    private final TokenClient tokens;

    public RegistryClient(RegistryHosts hosts) {
        this(hosts, new HttpTransport());
    }

    RegistryClient(RegistryHosts hosts, HttpTransport transport) {
        this.hosts = hosts;
        this.transport = transport;
        this.tokens = new TokenClient(transport);
    }

    /** Starts to read from a repository; costs nothing until something is asked for. */
    public RegistrySession session(Repository repository, RegistryAuth auth) {
        return new RegistrySession(repository, hosts.endpoints(repository), auth, transport, tokens);
    }

    @Override
    public void close() {
        transport.close();
    }
}
