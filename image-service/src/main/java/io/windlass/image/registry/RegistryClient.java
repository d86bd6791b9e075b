package io.windlass.image.registry;

import io.windlass.fault.Fault;
import io.windlass.image.hosts.Endpoint;
import io.windlass.image.hosts.RegistryHosts;
import io.windlass.image.progress.Pull;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.reference.Repository;
import java.util.List;

/** The way to all registries: HTTP clients with their connections, the tokens fetched so far, and the downloads under way. Thread-safe. */
public final class RegistryClient implements AutoCloseable {
    private final RegistryHosts hosts;
    private final Keychain keychain;
    private final Patience patience;
    private final StallWatch stalls;
    private final HttpTransport transport;
    private final TokenClient tokens;
    private final DownloadLimits limits;
    private final Downloads downloads;

    public RegistryClient(RegistryHosts hosts, Keychain keychain, DownloadLimits limits) {
        this(hosts, keychain, limits, Patience.DEFAULT.withStall(limits.stall()));
    }

    RegistryClient(RegistryHosts hosts, Keychain keychain, DownloadLimits limits, Patience patience) {
        this.hosts = hosts;
        this.keychain = keychain;
        this.patience = patience;
        this.stalls = new StallWatch(patience.stall());
        this.transport = new HttpTransport(stalls);
        this.tokens = new TokenClient(transport);
        this.limits = limits;
        this.downloads = new Downloads(limits);
    }

    /**
     * Starts to read an image's repository; costs a look at the node's files until something is asked for.
     *
     * @param pull hears of the requests
     */
    public RegistrySession session(ImageReference reference, RegistryAuth auth, Pull pull) {
        Servers servers = new Servers(hosts.endpoints(reference));
        Requests requests = new Requests(auth, keychain, transport, tokens);
        BlobRequests blobs = new BlobRequests(servers, requests, patience, downloads, limits, pull);
        return new RegistrySession(servers, requests, blobs, patience, pull);
    }

    /**
     * Starts to write into a repository of a registry.
     *
     * @param exchanges hears of the requests
     */
    public PushSession push(ImageReference destination, RegistryAuth auth, Pull exchanges) {
        Repository repository = destination.repository();
        List<Endpoint> itself = hosts.endpoints(destination).stream()
                .filter(endpoint -> endpoint.authority().equals(repository.registry())
                        && endpoint.path().equals(repository.path()))
                .toList();
        if (itself.isEmpty()) {
            throw Fault.precondition("this node's files name only mirrors of " + repository.registry()
                    + ", and nothing is pushed to mirrors");
        }
        return new PushSession(
                repository, itself, new Requests(auth, keychain, transport, tokens), patience, exchanges);
    }

    @Override
    public void close() {
        stalls.close();
        transport.close();
    }
}
