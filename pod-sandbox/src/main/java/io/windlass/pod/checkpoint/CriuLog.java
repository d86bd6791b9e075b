package io.windlass.pod.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What CRIU's log tells a person. */
final class CriuLog {
    private static final int MOST_LINES = 3;

    /** What it tries of the machine, and does without. */
    private static final List<String> PROBES =
            List.of("RLIMIT_NOFILE for self", "tun: Unable to create tun", "Can't keep kdat cache");

    private CriuLog() {}

    /** Its first errors, or where the log is when it tells none. */
    static String errors(Path log) {
        try {
            List<String> errors = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.contains("Error ("))
                    .filter(line -> PROBES.stream().noneMatch(line::contains))
                    .map(line -> line.substring(line.indexOf("Error (")))
                    .limit(MOST_LINES)
                    .toList();
            return errors.isEmpty() ? "criu names no error" : String.join("; ", errors);
        } catch (IOException e) {
            return "criu left no log: " + e;
        }
    }
}
