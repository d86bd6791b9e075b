package io.windlass.linux.cgroup;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The cgroup hierarchies that are mounted.
 *
 * @param hierarchies of version 1, each once, even if several controllers share it
 * @param unified the cgroup2 mount
 */
record CgroupMounts(List<Hierarchy> hierarchies, Optional<Path> unified) {
    private static final Set<String> CONTROLLERS = Set.of(
            "cpu",
            "cpuacct",
            "cpuset",
            "memory",
            "devices",
            "freezer",
            "blkio",
            "pids",
            "hugetlb",
            "net_cls",
            "net_prio",
            "perf_event",
            "rdma",
            "misc");

    static CgroupMounts read(Path mountRoot) {
        try {
            return parse(Files.readAllLines(Path.of("/proc/self/mountinfo")), mountRoot);
        } catch (IOException e) {
            throw Fault.internal("cannot read /proc/self/mountinfo: " + e.getMessage(), e);
        }
    }

    /** Reads lines of /proc/PID/mountinfo (proc(5)). */
    static CgroupMounts parse(Collection<String> mountinfo, Path mountRoot) {
        // The key is the controllers: one hierarchy may be mounted at several places.
        Map<Set<String>, Hierarchy> hierarchies = new LinkedHashMap<>();
        Optional<Path> unified = Optional.empty();
        for (String line : mountinfo) {
            String[] halves = line.split(" - ", 2);
            String[] place = halves[0].split(" ", -1);
            String[] source = halves.length == 2 ? halves[1].split(" ", 3) : new String[0];
            if (place.length < 6 || source.length < 3) {
                continue;
            }
            Path point = Path.of(unescaped(place[4]));
            if (!point.startsWith(mountRoot)) {
                continue;
            }
            if (source[0].equals("cgroup2") && unified.isEmpty()) {
                unified = Optional.of(point);
            } else if (source[0].equals("cgroup")) {
                Set<String> controllers = new LinkedHashSet<>(List.of(source[2].split(",", -1)));
                // Named hierarchies (name=systemd) have no controllers: they belong to whoever named them.
                controllers.retainAll(CONTROLLERS);
                if (!controllers.isEmpty()) {
                    hierarchies.putIfAbsent(controllers, new Hierarchy(point, Set.copyOf(controllers)));
                }
            }
        }
        return new CgroupMounts(new ArrayList<>(hierarchies.values()), unified);
    }

    // The kernel writes space, tab, newline and backslash of a path as octal escapes.
    private static String unescaped(String path) {
        return path.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }

    /** One hierarchy of version 1 and the controllers on it. */
    record Hierarchy(Path root, Set<String> controllers) {}
}
