package io.windlass.image.credentials;

import io.windlass.fault.Fault;
import io.windlass.image.manifest.Json;
import io.windlass.image.registry.RegistryAuth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The credentials of a Docker {@code config.json}, or of a containers {@code auth.json}, whose names may go on with a path. Read anew each
 * time. Thread-safe.
 */
final class AuthFile {
    private final Path file;

    AuthFile(Path file) {
        this.file = file;
    }

    /**
     * What the file says of a repository at a server. The longest name that the repository begins with counts; a file that is not there
     * says nothing.
     */
    Said look(String authority, String path) {
        try {
            Json json = Json.parse(Files.readAllBytes(file));
            Map<String, Json> auths = json.children("auths");
            Map<String, String> helpers = json.textMap("credHelpers");
            for (String name : names(authority, path)) {
                Optional<RegistryAuth> auth = auths.entrySet().stream()
                        .filter(entry -> ServerName.of(entry.getKey()).equals(name))
                        .map(entry -> auth(entry.getValue()))
                        .filter(found -> !found.equals(RegistryAuth.ANONYMOUS))
                        .findFirst();
                if (auth.isPresent()) {
                    return new Said(auth, Optional.empty());
                }
                Optional<String> helper = helpers.entrySet().stream()
                        .filter(entry -> ServerName.of(entry.getKey()).equals(name))
                        .map(Map.Entry::getValue)
                        .findFirst();
                if (helper.isPresent()) {
                    return new Said(Optional.empty(), helper);
                }
            }
            String store = json.text("credsStore");
            return new Said(Optional.empty(), store.isEmpty() ? Optional.empty() : Optional.of(store));
        } catch (NoSuchFileException e) {
            return new Said(Optional.empty(), Optional.empty());
        } catch (IOException e) {
            throw Fault.precondition("cannot read credentials " + file + ": " + e);
        } catch (Fault e) {
            throw Fault.precondition("cannot read credentials " + file + ": " + e.getMessage());
        }
    }

    /** From the whole name of the repository to the server alone. */
    private static List<String> names(String authority, String path) {
        List<String> result = new ArrayList<>();
        String name = authority + "/" + path;
        while (name.length() > authority.length()) {
            result.add(name);
            name = name.substring(0, name.lastIndexOf('/'));
        }
        result.add(authority);
        return result;
    }

    private static RegistryAuth auth(Json entry) {
        return new RegistryAuth(
                entry.text("username"),
                entry.text("password"),
                entry.text("auth"),
                "",
                entry.text("identitytoken"),
                entry.text("registrytoken"));
    }

    /** Credentials, or the name of a program that has them, or nothing. */
    record Said(Optional<RegistryAuth> auth, Optional<String> helper) {}

    @Override
    public String toString() {
        return file.toString();
    }
}
