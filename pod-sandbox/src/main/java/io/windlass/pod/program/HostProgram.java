package io.windlass.pod.program;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A program of the node that is run with a text on its input, as nft and apparmor_parser are. Thread-safe. */
public final class HostProgram {
    private final Path program;
    private final Duration limit;

    /** @param limit how long a run may take */
    public HostProgram(Path program, Duration limit) {
        this.program = program;
        this.limit = limit;
    }

    /** Looks along PATH, and where Debian has those of the administrator. */
    public static Optional<HostProgram> find(String name, Duration limit) {
        return find(name, System.getenv().getOrDefault("PATH", ""), limit);
    }

    static Optional<HostProgram> find(String name, String path, Duration limit) {
        List<String> folders = new ArrayList<>(List.of(path.split(":", -1)));
        folders.addAll(List.of("/usr/sbin", "/sbin"));
        return folders.stream()
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst()
                .map(file -> new HostProgram(file, limit));
    }

    /**
     * Runs it in the namespaces of the calling thread, and waits for its end.
     *
     * @throws Fault when it does not end with 0, with the first line that it wrote
     */
    public void feed(String text, String... arguments) {
        try {
            Path output = Files.createTempFile("windlass-" + program.getFileName() + "-", ".txt");
            try {
                run(text, arguments, output);
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw Fault.internal("cannot run " + program + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "cannot run " + program + ": interrupted", e);
        }
    }

    private void run(String text, String[] arguments, Path output) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            write(text, process);
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new Fault(
                        FaultKind.UNAVAILABLE, "%s did not end within %d s".formatted(program, limit.toSeconds()));
            }
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            String words = Files.readString(output, StandardCharsets.UTF_8).strip();
            throw Fault.internal(
                    "%s exited with %d: %s"
                            .formatted(
                                    program,
                                    process.exitValue(),
                                    words.lines().findFirst().orElse("it says nothing")),
                    null);
        }
    }

    private static void write(String text, Process process) throws IOException {
        try (OutputStream input = process.getOutputStream()) {
            input.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It ended before it had read everything; its exit code and output say why.
            if (process.isAlive() && !"Broken pipe".equals(e.getMessage())) {
                throw e;
            }
        }
    }
}
