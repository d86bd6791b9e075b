package io.windlass.pod.devices;

import io.windlass.fault.Fault;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the folders held when they were read.
 *
 * @param folders those searched; a later one's devices come before those of the same name in an earlier one
 * @param devices by full name; several where files of one folder claim the same one
 * @param problems of files and folders that could not be read
 */
record KnownDevices(List<Path> folders, SortedMap<String, List<Found>> devices, SortedMap<Path, String> problems) {
    /** A device and the file it is of. */
    record Found(SpecFile file, CdiSpec.Device device) {}

    /** @throws Fault that says why not: there is none, or more than one */
    Found resolve(String name) {
        @Nullable List<Found> found = devices.get(name);
        if (found == null) {
            throw Fault.precondition("there is no CDI device " + name + " in " + join(folders) + unread());
        }
        if (found.size() > 1) {
            throw Fault.precondition("CDI device " + name + " is in more than one file of the same folder: "
                    + found.stream().map(f -> f.file().path().toString()).collect(Collectors.joining(" and ")));
        }
        return found.getFirst();
    }

    /** The one that is looked for may be in a file that cannot be read. */
    private String unread() {
        return problems.isEmpty()
                ? ""
                : problems.entrySet().stream()
                        .map(problem -> problem.getKey() + ": " + problem.getValue())
                        .collect(Collectors.joining("; ", "; not read: ", ""));
    }

    /** The devices that more than one file claims, with those files. */
    Map<String, List<Path>> conflicts() {
        return devices.entrySet().stream()
                .filter(entry -> entry.getValue().size() > 1)
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> entry.getValue().stream()
                                .map(found -> found.file().path())
                                .toList()));
    }

    private static String join(List<Path> paths) {
        return paths.isEmpty()
                ? "no folder ([cdi] spec_dirs is empty)"
                : paths.stream().map(Path::toString).collect(Collectors.joining(", "));
    }
}
