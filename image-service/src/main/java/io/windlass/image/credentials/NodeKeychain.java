package io.windlass.image.credentials;

import io.windlass.image.registry.Keychain;
import io.windlass.image.registry.RegistryAuth;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Looks for credentials where the node has them: in a file, which may name programs for some or all servers, and in the programs that
 * {@code registries.conf} names. Thread-safe.
 */
public final class NodeKeychain implements Keychain {
    /** How {@code registries.conf} names the file among the programs. */
    private static final String FILE = "containers-auth.json";

    private final Optional<AuthFile> file;
    private final Supplier<Optional<List<String>>> order;
    private final String path;

    /**
     * @param file Docker's config.json or a file like it
     * @param order programs, and the file, in the order in which they are asked; absent: the file alone
     * @param path folders with programs, separated by colons
     */
    public NodeKeychain(Optional<Path> file, Supplier<Optional<List<String>>> order, String path) {
        this.file = file.map(AuthFile::new);
        this.order = order;
        this.path = path;
    }

    @Override
    public Optional<Key> find(String authority, String repository) {
        for (String place : order.get().orElse(List.of(FILE))) {
            Optional<Key> key = place.equals(FILE) ? inFile(authority, repository) : ask(place, authority);
            if (key.isPresent()) {
                return key;
            }
        }
        return Optional.empty();
    }

    private Optional<Key> inFile(String authority, String repository) {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        AuthFile.Said said = file.get().look(authority, repository);
        Optional<RegistryAuth> auth = said.auth();
        return auth.isPresent()
                ? Optional.of(new Key(auth.get(), file.get().toString()))
                : said.helper().flatMap(helper -> ask(helper, authority));
    }

    private Optional<Key> ask(String name, String authority) {
        CredentialProgram helper = new CredentialProgram(name, path);
        return helper.get(ServerName.forHelper(authority)).map(auth -> new Key(auth, helper.toString()));
    }
}
