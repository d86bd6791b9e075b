package io.windlass.pod.network;

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

/** The nft program, which runs each text as one transaction, in the calling thread's network namespace. Thread-safe. */
final class Nft {
    private static final long TIMEOUT_SECONDS = 20;

    private final Path program;

    Nft(Path program) {
        this.program = program;
    }

    /** Looks along PATH, and where Debian has it. */
    static Optional<Nft> find() {
        List<String> folders = new ArrayList<>();
        Optional.ofNullable(System.getenv("PATH")).ifPresent(path -> folders.addAll(List.of(path.split(":", -1))));
        folders.addAll(List.of("/usr/sbin", "/sbin"));
        return folders.stream()
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "nft"))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Nft::new);
    }

    void apply(String text) {
        try {
            run(text);
        } catch (IOException e) {
            throw new Fault(FaultKind.INTERNAL, "cannot run " + program + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "cannot run " + program + ": interrupted", e);
        }
    }

    private void run(String text) throws IOException, InterruptedException {
        Path output = Files.createTempFile("windlass-nft-", ".txt");
        try {
            Process process = new ProcessBuilder(program.toString(), "-f", "-")
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try (OutputStream input = process.getOutputStream()) {
                input.write(text.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It ended before it had read everything; its exit code and output say why.
                if (!"Broken pipe".equals(e.getMessage())) {
                    throw e;
                }
            }
            awaitSuccess(process, output);
        } finally {
            Files.delete(output);
        }
    }

    private void awaitSuccess(Process process, Path output) throws IOException, InterruptedException {
        try {
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new Fault(
                        FaultKind.UNAVAILABLE,
                        "cannot change packet rules: %s did not end within %d s".formatted(program, TIMEOUT_SECONDS));
            }
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            String words = Files.readString(output, StandardCharsets.UTF_8).strip();
            throw new Fault(
                    FaultKind.INTERNAL,
                    "cannot change packet rules: %s exited with %d: %s"
                            .formatted(
                                    program,
                                    process.exitValue(),
                                    words.lines().findFirst().orElse("")));
        }
    }
}
