package io.windlass.runtime.shim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * How a process ended.
 *
 * @param exitCode 128 + signal when a signal ended it
 * @param signal 0 when it ended by itself
 */
public record ExitRecord(int exitCode, int signal, Instant exitedAt) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Reads the record that the shim, or the zygote in its place, has left in {@code file}; empty when there is none.
     *
     * @throws Fault DATA_LOSS when it cannot be read
     */
    public static Optional<ExitRecord> read(Path file) {
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(file));
            return Optional.of(new ExitRecord(
                    json.required("exitCode").intValue(),
                    json.required("signal").intValue(),
                    instant(json.required("exitedAt").longValue())));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            throw new Fault(FaultKind.DATA_LOSS, "cannot read exit record %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    static Instant instant(long nanosecondsSinceEpoch) {
        return Instant.ofEpochSecond(0, nanosecondsSinceEpoch);
    }
}
