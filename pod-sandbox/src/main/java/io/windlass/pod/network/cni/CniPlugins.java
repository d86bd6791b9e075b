package io.windlass.pod.network.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The plugins' programs, run in the calling thread's network namespace. Thread-safe. */
final class CniPlugins {
    private static final int CODE_TRY_AGAIN = 11;

    private final List<Path> folders;
    private final Duration timeout;

    CniPlugins(List<Path> folders, Duration timeout) {
        this.folders = folders;
        this.timeout = timeout;
    }

    Optional<Path> find(String type) {
        return folders.stream()
                .map(folder -> folder.resolve(type))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Runs a plugin and returns its result; empty where it has none. */
    Optional<JsonNode> run(String command, ObjectNode configuration, Map<String, String> environment) {
        String type = configuration.path("type").asText();
        Path program = find(type)
                .orElseThrow(
                        () -> Fault.precondition("cannot run CNI plugin %s: not found in %s".formatted(type, folders)));
        try {
            return exec(program, command, configuration.toString(), environment);
        } catch (IOException e) {
            throw new Fault(FaultKind.UNAVAILABLE, "cannot run CNI plugin " + program + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "cannot run CNI plugin " + program + ": interrupted", e);
        }
    }

    private Optional<JsonNode> exec(Path program, String command, String input, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("windlass-cni-", ".json");
        Path errors = Files.createTempFile("windlass-cni-", ".txt");
        try {
            ProcessBuilder builder = new ProcessBuilder(program.toString())
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile());
            builder.environment().putAll(environment);
            builder.environment().put("CNI_COMMAND", command);
            builder.environment()
                    .put("CNI_PATH", folders.stream().map(Path::toString).collect(Collectors.joining(":")));
            int exit = await(builder.start(), input, command + " of CNI plugin " + program);
            String result = Files.readString(output, StandardCharsets.UTF_8);
            if (exit != 0) {
                String words = Files.readString(errors, StandardCharsets.UTF_8).strip();
                throw failure(program, command, exit, result, words);
            }
            return result.isBlank() ? Optional.empty() : Optional.of(CniConfiguration.tree(result));
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }

    private int await(Process process, String input, String what) throws IOException, InterruptedException {
        try {
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // A plugin that does not read its configuration says why by its exit code and output.
                if (!"Broken pipe".equals(e.getMessage())) {
                    throw e;
                }
            }
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new Fault(
                        FaultKind.UNAVAILABLE, "cannot " + what + ": no end within " + timeout.toSeconds() + " s");
            }
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    private static Fault failure(Path program, String command, int exit, String output, String errors) {
        String reason = errors.isEmpty() ? output.strip() : errors.lines().reduce("", (a, b) -> b);
        FaultKind kind = FaultKind.UNAVAILABLE;
        try {
            JsonNode error = CniConfiguration.tree(output);
            String details = error.path("details").asText("");
            reason = error.path("msg").asText(reason) + (details.isEmpty() ? "" : "; " + details);
            kind = error.path("code").asInt() == CODE_TRY_AGAIN ? FaultKind.UNAVAILABLE : FaultKind.INTERNAL;
        } catch (Fault notJson) {
            reason = reason.isEmpty() ? "exit code " + exit : reason;
        }
        return new Fault(kind, "CNI plugin %s failed at %s: %s".formatted(program, command, reason));
    }
}
