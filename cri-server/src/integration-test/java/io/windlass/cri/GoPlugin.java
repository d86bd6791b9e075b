package io.windlass.cri;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** The plugin of {@code conformance/nri-plugin}, which stands on NRI's own Go stub, as a process that connects to the daemon. */
final class GoPlugin implements AutoCloseable {
    private static final Path SOURCE = Path.of("../conformance/nri-plugin");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Path journal;

    private GoPlugin(Process process, Path journal) {
        this.process = process;
        this.journal = journal;
    }

    /** Builds it; without Go, or without its modules, the test is skipped. */
    static Path build(Path folder) throws Exception {
        Optional<Path> go = onThePath("go");
        Assumptions.assumeTrue(go.isPresent(), "there is no go on the PATH to build a plugin on NRI's Go stub with");
        String command = go.get().toString();
        Assumptions.assumeTrue(
                run(command, "mod", "download").exitValue() == 0,
                "the Go modules of conformance/nri-plugin cannot be had");
        Path program = folder.resolve("nri-plugin");
        Process build = run(command, "build", "-trimpath", "-o", program.toString(), ".");
        if (build.exitValue() != 0) {
            throw new AssertionError(
                    "go build failed: " + new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }
        return program;
    }

    private static Optional<Path> onThePath(String program) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            Path file = Path.of(folder, program);
            if (Files.isExecutable(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    private static Process run(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(SOURCE.toFile())
                .redirectErrorStream(true)
                .start();
        if (!process.waitFor(300, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(String.join(" ", command) + " takes too long");
        }
        return process;
    }

    /** Starts it as an external plugin; {@code script} is JSON, without the braces and the journal. */
    static GoPlugin connect(Path program, Path socket, Path folder, String index, String name, String script)
            throws Exception {
        Path journal = folder.resolve(name + ".journal");
        Path file = Files.writeString(folder.resolve(name + ".json"), script(journal, script));
        Process process = new ProcessBuilder(
                        program.toString(), "-name=" + name, "-index=" + index, "-socket=" + socket, "-script=" + file)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start();
        GoPlugin plugin = new GoPlugin(process, journal);
        CriNode.await("plugin " + name + " to be synchronized", () -> plugin.heard("Synchronize"));
        return plugin;
    }

    static String script(Path journal, String script) {
        return "{\"journal\": \"" + journal + "\"" + (script.isEmpty() ? "" : ", " + script) + "}";
    }

    /** What it heard, in order. */
    static List<JsonNode> journal(Path file) {
        try {
            if (Files.notExists(file)) {
                return List.of();
            }
            List<JsonNode> lines = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                lines.add(JSON.readTree(line));
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<JsonNode> journal() {
        return journal(journal);
    }

    /** The events of one pod, in order, each with its container. */
    List<String> events(String pod) {
        return journal().stream()
                .filter(line -> line.path("pod").asText().equals(pod))
                .map(line -> (line.path("event").asText() + " "
                                + line.path("container").asText())
                        .strip())
                .toList();
    }

    boolean heard(String event) {
        return find(event).isPresent();
    }

    Optional<JsonNode> find(String event) {
        return journal().stream()
                .filter(line -> line.path("event").asText().equals(event))
                .findFirst();
    }

    /** Sends it a signal, as kill(1) names it. */
    void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name.toUpperCase(Locale.ROOT), Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    boolean alive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
