package io.windlass.pod.stats;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the processes of a container hold, by /proc.
 *
 * @param softLimits of the first process, by the names that cAdvisor gives them; those without a limit are left out
 */
record ProcessCounts(long processes, long fileDescriptors, long sockets, SortedMap<String, Long> softLimits) {
    private static final SortedMap<String, String> LIMIT_NAMES =
            new TreeMap<>(Map.of("Max open files", "max_open_files", "Max processes", "max_processes"));

    /** Processes that end meanwhile count as processes without descriptors. */
    static ProcessCounts read(Path proc, List<Long> pids) {
        long descriptors = 0;
        long sockets = 0;
        for (long pid : pids) {
            List<Path> open = descriptors(proc.resolve(Long.toString(pid)).resolve("fd"));
            descriptors += open.size();
            sockets += open.stream().filter(ProcessCounts::isSocket).count();
        }
        // The first process has the lowest number, but for the rare wrap of the numbers.
        SortedMap<String, Long> limits = pids.stream()
                .min(Long::compare)
                .map(pid -> softLimits(proc.resolve(Long.toString(pid)).resolve("limits")))
                .orElse(new TreeMap<>());
        return new ProcessCounts(pids.size(), descriptors, sockets, limits);
    }

    private static List<Path> descriptors(Path folder) {
        try (Stream<Path> open = Files.list(folder)) {
            return open.toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false;
        }
    }

    private static SortedMap<String, Long> softLimits(Path file) {
        SortedMap<String, Long> limits = new TreeMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                LIMIT_NAMES.forEach((title, name) -> {
                    if (line.startsWith(title)) {
                        String soft = line.substring(title.length()).strip().split(" ", 2)[0];
                        if (soft.matches("[0-9]{1,18}")) {
                            limits.put(name, Long.valueOf(soft));
                        }
                    }
                });
            }
        } catch (IOException e) {
            return new TreeMap<>();
        }
        return limits;
    }
}
