package io.windlass.pod.security;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The program apparmor_parser, which compiles profiles and loads them into the kernel. Thread-safe. */
class AppArmorParser {
    private static final long TIMEOUT_SECONDS = 60;

    private final Path program;

    AppArmorParser(Path program) {
        this.program = program;
    }

    /** Looks along PATH, and where Debian has it. */
    static Optional<AppArmorParser> find() {
        List<String> folders = new ArrayList<>();
        Optional.ofNullable(System.getenv("PATH")).ifPresent(path -> folders.addAll(List.of(path.split(":", -1))));
        folders.addAll(List.of("/usr/sbin", "/sbin"));
        return folders.stream()
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "apparmor_parser"))
                .filter(Files::isExecutable)
                .findFirst()
                .map(AppArmorParser::new);
    }

    /** Loads a profile, in the place of one of the same name. */
    void replace(String profile) {
        try {
            run(profile);
        } catch (IOException e) {
            throw Fault.internal("cannot run " + program + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "cannot run " + program + ": interrupted", e);
        }
    }

    private void run(String profile) throws IOException, InterruptedException {
        Path output = Files.createTempFile("windlass-apparmor-", ".txt");
        try {
            // Neither its cache is written nor read: the text decides.
            Process process = new ProcessBuilder(program.toString(), "--replace", "--skip-cache", "--quiet")
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try (OutputStream input = process.getOutputStream()) {
                input.write(profile.getBytes(StandardCharsets.UTF_8));
            }
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new Fault(
                        FaultKind.UNAVAILABLE, "%s did not end within %d s".formatted(program, TIMEOUT_SECONDS));
            }
            if (process.exitValue() != 0) {
                throw Fault.internal(
                        "%s exited with %d: %s"
                                .formatted(
                                        program,
                                        process.exitValue(),
                                        Files.readString(output).strip()),
                        null);
            }
        } finally {
            Files.delete(output);
        }
    }
}
