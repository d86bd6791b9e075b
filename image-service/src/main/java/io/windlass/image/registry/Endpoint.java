package io.windlass.image.registry;

import io.windlass.image.reference.Repository;
import java.net.URI;

/**
 * A server that is asked for a registry's content: the registry itself or a mirror of it.
 *
 * @param base scheme and authority, with an optional path, and no slash at the end
 * @param authority what credentials for it are named after: host, with port where one is written
 */
record Endpoint(URI base, String authority) {
    URI manifest(Repository repository, String selector) {
        return URI.create(base + "/v2/" + repository.path() + "/manifests/" + selector);
    }

    URI blob(Repository repository, String digest) {
        return URI.create(base + "/v2/" + repository.path() + "/blobs/" + digest);
    }

    @Override
    public String toString() {
        return base.toString();
    }
}
