package io.windlass.image.registry;

import java.util.Optional;

/** The node's own credentials, for pulls that bring none. Thread-safe. */
public interface Keychain {
    Keychain EMPTY = (authority, path) -> Optional.empty();

    /**
     * Credentials for a repository at a server.
     *
     * @param authority host, with port where one is written; {@code docker.io} for Docker's
     */
    Optional<Key> find(String authority, String path);

    /** Credentials, and the file or program that they are from. */
    record Key(RegistryAuth auth, String source) {}
}
