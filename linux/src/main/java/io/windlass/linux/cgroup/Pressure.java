package io.windlass.linux.cgroup;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How long tasks have waited for one resource (the kernel's pressure stall information, Documentation/accounting/psi.rst).
 *
 * @param some the time in which at least one task waited
 * @param full the time in which all tasks that had work waited at once
 */
public record Pressure(Stall some, Stall full) {
    /** Averages are percent of the last 10, 60 and 300 seconds; the total is nanoseconds since the group was made. */
    public record Stall(double average10, double average60, double average300, long totalNanos) {
        static final Stall NONE = new Stall(0, 0, 0, 0);
    }

    /** Reads a *.pressure file; empty when it has no line of the form. */
    static Optional<Pressure> parse(String text) {
        Map<String, Stall> lines = new HashMap<>();
        for (String line : text.lines().toList()) {
            int space = line.indexOf(' ');
            if (space > 0) {
                lines.put(line.substring(0, space), stall(line.substring(space + 1)));
            }
        }
        Stall some = lines.get("some");
        // Kernels before 5.13 have no "full" line for the CPU.
        return some == null
                ? Optional.empty()
                : Optional.of(new Pressure(some, lines.getOrDefault("full", Stall.NONE)));
    }

    private static Stall stall(String fields) {
        Map<String, BigDecimal> numbers = new HashMap<>();
        for (String field : fields.split(" ", -1)) {
            int equals = field.indexOf('=');
            if (equals > 0 && field.substring(equals + 1).matches("[0-9]+(\\.[0-9]+)?")) {
                numbers.put(field.substring(0, equals), new BigDecimal(field.substring(equals + 1)));
            }
        }
        return new Stall(
                numbers.getOrDefault("avg10", BigDecimal.ZERO).doubleValue(),
                numbers.getOrDefault("avg60", BigDecimal.ZERO).doubleValue(),
                numbers.getOrDefault("avg300", BigDecimal.ZERO).doubleValue(),
                // The kernel counts microseconds.
                numbers.getOrDefault("total", BigDecimal.ZERO).longValue() * 1000);
    }
}
