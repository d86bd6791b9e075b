package io.windlass.cri;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What of a node's pods can be seen from outside at one moment.
 *
 * @param mounts targets below the node's folders in the mount table
 * @param cgroups folders whose name or an ancestor's has the id of a pod
 * @param links names of the links of the node's network
 * @param files paths below the node's folders, but for what the stores keep of images and the database's own
 */
record Leftovers(
        NavigableSet<String> mounts, NavigableSet<String> cgroups, List<String> links, NavigableSet<String> files) {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final String ID = "[0-9a-f]{64}";

    static Leftovers of(CriNode node) throws IOException {
        NavigableSet<String> files = new TreeSet<>();
        for (Path folder : List.of(node.root(), node.state())) {
            try (Stream<Path> all = Files.walk(folder)) {
                all.map(Path::toString)
                        .filter(path -> !path.contains("state.db"))
                        .forEach(files::add);
            }
        }
        try (Stream<String> table = Files.lines(Path.of("/proc/self/mountinfo"))) {
            NavigableSet<String> mounts = table.map(line -> line.split(" ", 6)[4])
                    .filter(target -> target.startsWith(node.state().toString())
                            || target.startsWith(node.root().toString()))
                    .collect(Collectors.toCollection(TreeSet::new));
            return new Leftovers(mounts, allCgroups(), node.network().links(), files);
        }
    }

    /** Every cgroup that belongs to a pod or container, of any daemon; callers look for the ids of their own. */
    private static NavigableSet<String> allCgroups() throws IOException {
        NavigableSet<String> found = new TreeSet<>();
        Files.walkFileTree(
                CGROUPS, EnumSet.noneOf(FileVisitOption.class), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                        if (folder.getFileName().toString().matches(ID)) {
                            found.add(folder.toString());
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException e) {
                        // Groups of others come and go.
                        return FileVisitResult.CONTINUE;
                    }
                });
        return found;
    }

    /** Whether what was removed is still on its way out: it is deleted in the background. */
    boolean beingDeleted() {
        return files.stream().anyMatch(path -> path.contains("/trash/"));
    }

    /** The cgroups that have one of {@code ids} in their path. */
    List<String> cgroupsOf(List<String> ids) {
        return cgroups.stream()
                .filter(path -> ids.stream().anyMatch(path::contains))
                .toList();
    }

    /** Processes whose command line has {@code folder} in it, by number. */
    static Map<Long, String> processesOf(Path folder) {
        return processes(folder.toString());
    }

    /** Processes whose command line has {@code text} in it, by number, but for this one. */
    static Map<Long, String> processes(String text) {
        Map<Long, String> found = new TreeMap<>();
        long own = ProcessHandle.current().pid();
        try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
            for (Path entry : entries.toList()) {
                String name = entry.getFileName().toString();
                if (name.chars().allMatch(Character::isDigit) && Long.parseLong(name) != own) {
                    String line = commandLine(entry);
                    if (line.contains(text)) {
                        found.put(Long.parseLong(name), line);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static String commandLine(Path process) {
        try {
            return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                    .replace('\0', ' ')
                    .strip();
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            // It ended between the listing and the reading.
            return "";
        }
    }
}
