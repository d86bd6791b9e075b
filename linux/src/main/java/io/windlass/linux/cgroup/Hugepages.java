package io.windlass.linux.cgroup;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the files hugetlb.SIZE.*, of which there is a set for each size of huge pages that the machine has. */
final class Hugepages {
    private Hugepages() {}

    /** @param usage the last part of the name of the file that has the usage */
    static List<HugepageUsage> read(ControlDirectory group, String usage) {
        Pattern name = Pattern.compile("hugetlb\\.([0-9]+[KMG]B)\\." + usage);
        try (Stream<Path> files = Files.list(group.path())) {
            return files.map(file -> name.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(found -> found.group(1))
                    .sorted()
                    .map(size -> new HugepageUsage(
                            size,
                            group.number("hugetlb." + size + "." + usage),
                            group.limit("hugetlb." + size + ".max_usage_in_bytes")))
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw Fault.internal("cannot list cgroup " + group.path() + ": " + e.getMessage(), e);
        }
    }
}
