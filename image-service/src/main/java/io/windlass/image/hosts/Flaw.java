package io.windlass.image.hosts;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What is wrong with a configuration file, or what of it is not used.
 *
 * @param line counted from 1; 0 when it is about the file as a whole
 */
public record Flaw(Path file, int line, String text) {
    /** One fault for all flaws of a file. */
    static Fault fault(List<Flaw> flaws) {
        return new Fault(
                FaultKind.FAILED_PRECONDITION,
                flaws.stream()
                        .map(Flaw::toString)
                        .collect(Collectors.joining("; ", "the configuration is wrong: ", "")));
    }

    /** The place alone: {@code file:line}. */
    static String place(Path file, int line) {
        return line == 0 ? file.toString() : file + ":" + line;
    }

    @Override
    public String toString() {
        return place(file, line) + ": " + text;
    }
}
