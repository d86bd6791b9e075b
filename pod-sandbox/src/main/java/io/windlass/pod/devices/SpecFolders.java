package io.windlass.pod.devices;

import io.windlass.pod.devices.KnownDevices.Found;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The folders of specification files. Each look at them lists the folders and stats the files, and reads only those that have
 * changed since they were last read; what one file lacks is no other file's problem. Thread-safe.
 */
final class SpecFolders {
    /** The largest file that is read, in bytes. */
    static final int LARGEST = 8 << 20;

    /** A file may be written again within the same tick of the kernel's clock: one this young is read again. */
    private static final Duration SETTLED = Duration.ofSeconds(2);

    private final List<Path> folders;
    private Map<Path, Entry> entries = Map.of();

    SpecFolders(List<Path> folders) {
        this.folders = List.copyOf(folders);
    }

    List<Path> folders() {
        return folders;
    }

    synchronized KnownDevices read() {
        Map<Path, Entry> now = new HashMap<>();
        SortedMap<String, List<Found>> devices = new TreeMap<>();
        SortedMap<Path, String> problems = new TreeMap<>();
        for (Path folder : folders) {
            Map<String, List<Found>> ofFolder = new HashMap<>();
            for (Path file : files(folder, problems)) {
                Entry entry = entry(file);
                now.put(file, entry);
                SpecFile spec = entry.spec();
                if (spec == null) {
                    problems.put(file, entry.problem());
                } else {
                    spec.spec()
                            .devices()
                            .forEach(device -> ofFolder.computeIfAbsent(
                                            spec.spec().nameOf(device).toString(), _ -> new ArrayList<>())
                                    .add(new Found(spec, device)));
                }
            }
            devices.putAll(ofFolder);
        }
        entries = now;
        return new KnownDevices(folders, devices, problems);
    }

    private static List<Path> files(Path folder, Map<Path, String> problems) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.{json,yaml}")) {
            files.forEach(found::add);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException | DirectoryIteratorException e) {
            problems.put(folder, "cannot list the folder: " + e);
        }
        found.removeIf(Files::isDirectory);
        found.sort(null);
        return found;
    }

    private Entry entry(Path file) {
        Instant now = Instant.now();
        Mark mark;
        try {
            mark = Mark.of(file);
        } catch (IOException e) {
            return new Entry(Mark.NONE, now, null, problem(e));
        }
        Entry before = entries.get(file);
        if (before != null && before.mark().equals(mark) && before.settled()) {
            return before;
        }
        try {
            return new Entry(mark, now, new SpecFile(file, parse(file)), "");
        } catch (IOException e) {
            return new Entry(mark, now, null, problem(e));
        } catch (IllegalArgumentException e) {
            return new Entry(mark, now, null, String.valueOf(e.getMessage()));
        }
    }

    private static String problem(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "it leads nowhere";
            case AccessDeniedException _ -> "permission denied";
            default -> String.valueOf(e.getMessage());
        };
    }

    private static CdiSpec parse(Path file) throws IOException {
        // Anything else (a FIFO) could hold the reader up for ever.
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("it is no regular file");
        }
        if (Files.size(file) > LARGEST) {
            throw new IllegalArgumentException("it is larger than " + LARGEST + " bytes");
        }
        byte[] text = Files.readAllBytes(file);
        CdiSpec spec = file.toString().endsWith(".json") ? SpecText.json(text) : SpecText.yaml(text);
        SpecRules.check(spec);
        return spec;
    }

    /** What tells one content of a file from the next. */
    private record Mark(Object inode, Object size, Instant modified, Instant changed) {
        static final Mark NONE = new Mark(0, 0, Instant.EPOCH, Instant.EPOCH);

        static Mark of(Path file) throws IOException {
            Map<String, Object> stat = Files.readAttributes(file, "unix:ino,size,lastModifiedTime,ctime");
            return new Mark(
                    stat.getOrDefault("ino", 0),
                    stat.getOrDefault("size", 0),
                    instant(stat.get("lastModifiedTime")),
                    instant(stat.get("ctime")));
        }

        private static Instant instant(@Nullable Object time) {
            return time instanceof FileTime file ? file.toInstant() : Instant.EPOCH;
        }
    }

    private record Entry(Mark mark, Instant read, @Nullable SpecFile spec, String problem) {
        boolean settled() {
            return mark.changed().plus(SETTLED).isBefore(read);
        }
    }
}
