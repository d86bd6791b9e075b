package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The node's mounts and how changes propagate between them (/proc/self/mountinfo, proc(5)). */
final class MountTable {
    private final Map<Path, String> propagation;

    private MountTable(Map<Path, String> propagation) {
        this.propagation = propagation;
    }

    static MountTable read() {
        try {
            return parse(Files.readAllLines(Path.of("/proc/self/mountinfo")));
        } catch (IOException e) {
            throw Fault.internal("cannot read /proc/self/mountinfo: " + e.getMessage(), e);
        }
    }

    /** The later of two mounts on one place covers the earlier. */
    static MountTable parse(List<String> lines) {
        Map<Path, String> propagation = new HashMap<>();
        for (String line : lines) {
            String[] fields = line.split(" ", -1);
            StringBuilder optional = new StringBuilder();
            for (int i = 6; i < fields.length && !fields[i].equals("-"); i++) {
                optional.append(fields[i]).append(' ');
            }
            propagation.put(Path.of(unescape(fields[4])), optional.toString());
        }
        return new MountTable(propagation);
    }

    /** Spaces, tabs, newlines and backslashes stand as octal numbers. */
    private static String unescape(String text) {
        return text.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }

    void requireShared(Path path, String what) {
        if (!propagationOf(path).contains("shared:")) {
            throw Fault.precondition(
                    "cannot " + what + ": propagation PROPAGATION_BIDIRECTIONAL needs a shared mount, and "
                            + mountPointOf(path) + " is not (mount --make-rshared)");
        }
    }

    void requireSharedOrSlave(Path path, String what) {
        String found = propagationOf(path);
        if (!found.contains("shared:") && !found.contains("master:")) {
            throw Fault.precondition("cannot " + what
                    + ": propagation PROPAGATION_HOST_TO_CONTAINER needs a shared or slave mount, and "
                    + mountPointOf(path) + " is neither (mount --make-rshared)");
        }
    }

    private String propagationOf(Path path) {
        return propagation.getOrDefault(mountPointOf(path), "");
    }

    private Path mountPointOf(Path path) {
        Path at = path;
        while (!propagation.containsKey(at) && at.getParent() != null) {
            at = at.getParent();
        }
        return at;
    }
}
