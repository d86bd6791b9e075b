package io.windlass.pod.checkpoint;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Private folders, made and removed whole. */
public final class Folders {
    private Folders() {}

    /** Makes a folder of mode 0700 with those above it. */
    public static void make(Path folder) {
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw Fault.internal("cannot make folder " + folder + ": " + e, e);
        }
    }

    /** Removes a folder with all that is in it; links are not followed. Idempotent. */
    public static void remove(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            throw Fault.internal("cannot remove folder " + folder + ": " + e, e);
        }
    }

    /** What lies in a folder; nothing when it is not there. */
    public static List<Path> entries(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw Fault.internal("cannot list " + folder + ": " + e, e);
        }
    }
}
