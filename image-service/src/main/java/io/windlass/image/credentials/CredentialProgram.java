package io.windlass.image.credentials;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.manifest.Json;
import io.windlass.image.registry.RegistryAuth;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A program {@code docker-credential-NAME} of the node, which is given a server's name and tells the credentials for it. Thread-safe. */
final class CredentialProgram {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int MOST_BYTES = 1 << 20;
    private static final String TOKEN_USER = "<token>";

    private final String program;
    private final String path;

    /** @param path folders with programs, separated by colons */
    CredentialProgram(String name, String path) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw Fault.precondition("cannot use credential helper '" + name + "': this is no name of a program");
        }
        this.program = "docker-credential-" + name;
        this.path = path;
    }

    /** Empty where the program knows no credentials for the server; any other failure is a fault with what it said. */
    Optional<RegistryAuth> get(String server) {
        Process process;
        try {
            process = new ProcessBuilder(executable(server), "get").start();
        } catch (IOException e) {
            throw failed(server, "it cannot be started: " + e.getMessage(), e);
        }
        try {
            CompletableFuture<byte[]> output = read(process.getInputStream());
            CompletableFuture<byte[]> errors = read(process.getErrorStream());
            ask(process, server);
            if (!process.waitFor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw failed(server, "it did not answer within " + TIMEOUT.toSeconds() + " s", null);
            }
            byte[] said = output.join();
            if (process.exitValue() == 0) {
                return Optional.of(auth(server, said));
            }
            String reason = (new String(said, StandardCharsets.UTF_8) + " "
                            + new String(errors.join(), StandardCharsets.UTF_8))
                    .strip();
            if (reason.contains("credentials not found")) {
                return Optional.empty();
            }
            throw failed(server, "it ended with status " + process.exitValue() + ": " + reason, null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "the wait for " + program + " was cancelled", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static void ask(Process process, String server) {
        try (OutputStream input = process.getOutputStream()) {
            input.write(server.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It did not want to know; its status and its words say why.
        }
    }

    private static CompletableFuture<byte[]> read(InputStream stream) {
        CompletableFuture<byte[]> result = new CompletableFuture<>();
        Thread _ = Thread.ofVirtual().start(() -> {
            try (stream) {
                result.complete(stream.readNBytes(MOST_BYTES));
            } catch (IOException e) {
                result.complete(new byte[0]);
            }
        });
        return result;
    }

    private RegistryAuth auth(String server, byte[] said) {
        try {
            Json json = Json.parse(said);
            String user = json.text("Username");
            String secret = json.requiredText("Secret");
            return user.equals(TOKEN_USER)
                    ? new RegistryAuth("", "", "", "", secret, "")
                    : RegistryAuth.basic(user, secret);
        } catch (Fault e) {
            throw failed(server, "its answer cannot be used: " + e.getMessage(), null);
        }
    }

    private String executable(String server) {
        return Arrays.stream(path.split(":", -1))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> failed(server, "there is no such program in " + path, null))
                .toString();
    }

    private Fault failed(String server, String reason, @org.jspecify.annotations.Nullable Exception cause) {
        return new Fault(
                FaultKind.UNAUTHENTICATED,
                "cannot get credentials for " + server + " from " + program + ": " + reason,
                cause);
    }

    @Override
    public String toString() {
        return program;
    }
}
