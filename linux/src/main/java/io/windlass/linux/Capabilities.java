package io.windlass.linux;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;

/**
 * The capability sets of a process.
 *
 * @param bounding what it or its children can ever have: on a restricted machine even root lacks some, and asking for those
 *     fails
 */
public record Capabilities(Set<Capability> effective, Set<Capability> permitted, Set<Capability> bounding) {
    public Capabilities {
        effective = Set.copyOf(effective);
        permitted = Set.copyOf(permitted);
        bounding = Set.copyOf(bounding);
    }

    /** Those of this process. */
    public static Capabilities current() {
        try {
            return parse(Files.readAllLines(Path.of("/proc/self/status")));
        } catch (IOException e) {
            throw Fault.internal("cannot read /proc/self/status: " + e.getMessage(), e);
        }
    }

    /** Reads the lines of /proc/PID/status (proc(5)). */
    static Capabilities parse(Collection<String> status) {
        return new Capabilities(set(status, "CapEff:"), set(status, "CapPrm:"), set(status, "CapBnd:"));
    }

    private static Set<Capability> set(Collection<String> status, String key) {
        String line = status.stream()
                .filter(l -> l.startsWith(key))
                .findFirst()
                .orElseThrow(() -> Fault.internal("cannot find " + key + " in /proc/self/status", null));
        return Capability.fromMask(
                Long.parseUnsignedLong(line.substring(key.length()).strip(), 16));
    }
}
