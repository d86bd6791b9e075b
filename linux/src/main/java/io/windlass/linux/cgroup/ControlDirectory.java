package io.windlass.linux.cgroup;

import io.windlass.fault.Fault;
import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** One folder of a cgroup file system and its control files. Thread-safe. */
record ControlDirectory(Path path, Syscalls kernel) {
    boolean exists() {
        return Files.isDirectory(path);
    }

    boolean has(String file) {
        return Files.exists(path.resolve(file));
    }

    ControlDirectory below(String relative) {
        return new ControlDirectory(path.resolve(relative), kernel);
    }

    /** Makes the folder; false when it was there. Its parent must exist. */
    boolean make() {
        try {
            kernel.mkdirat(Fd.WORKING_DIRECTORY, path.toString(), 0755);
            return true;
        } catch (SyscallException e) {
            if (e.is(Errno.EEXIST)) {
                return false;
            }
            throw e.fault("cannot make cgroup " + path);
        }
    }

    /** Makes the folder if it is not there. Its parent must exist. */
    void ensure() {
        // Looking first spares an exception for each group above a new one.
        if (!exists()) {
            make();
        }
    }

    /** The content of a control file without the last newline; empty when there is no such file or the group is gone. */
    Optional<String> read(String file) {
        try {
            return Optional.of(Files.readString(path.resolve(file)).stripTrailing());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            if (!exists()) {
                return Optional.empty();
            }
            throw Fault.internal("cannot read " + path.resolve(file) + ": " + e.getMessage(), e);
        }
    }

    /** As {@link #read}; empty also when the kernel has the file but does not support what it is for. */
    Optional<String> readIfSupported(String file) {
        try {
            return read(file);
        } catch (Fault e) {
            // The *.pressure files answer EOPNOTSUPP when the machine was booted with psi=0.
            return Optional.empty();
        }
    }

    /** A file that holds one number or "no limit", which is "max", negative, or, on version 1, beyond all memory. */
    OptionalLong limit(String file) {
        return read(file)
                .filter(text -> text.matches("[0-9]{1,18}"))
                .map(text -> OptionalLong.of(Long.parseLong(text)))
                .orElse(OptionalLong.empty());
    }

    /** A file that holds one number; 0 when there is no such file. */
    long number(String file) {
        return read(file)
                .filter(text -> text.matches("-?[0-9]+"))
                .map(Long::valueOf)
                .orElse(0L);
    }

    /** A file of lines "key number"; empty when there is no such file. */
    Map<String, Long> numbers(String file) {
        Map<String, Long> numbers = new HashMap<>();
        for (String line : read(file).orElse("").lines().toList()) {
            int space = line.indexOf(' ');
            if (space > 0 && line.substring(space + 1).matches("[0-9]+")) {
                numbers.put(line.substring(0, space), Long.valueOf(line.substring(space + 1)));
            }
        }
        return numbers;
    }

    /** Writes a control file in one write, as the kernel wants it. */
    void write(String file, String value) {
        try (Fd control = kernel.open(path.resolve(file), OpenFlags.WRITE_ONLY, 0)) {
            kernel.write(control, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** The processes of this group alone, by id in the daemon's PID namespace. */
    List<Long> processes() {
        return read("cgroup.procs").orElse("").lines().map(Long::valueOf).toList();
    }

    /** The processes of this group and of those below. */
    List<Long> allProcesses() {
        return withDescendants().stream()
                .flatMap(group -> group.processes().stream())
                .distinct()
                .toList();
    }

    /** The groups below this one, deepest first, then this one. */
    List<ControlDirectory> withDescendants() {
        List<ControlDirectory> found = new ArrayList<>();
        collect(found);
        return found;
    }

    private void collect(List<ControlDirectory> found) {
        if (isLeaf()) {
            found.add(this);
            return;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path, Files::isDirectory)) {
            for (Path entry : entries) {
                new ControlDirectory(entry, kernel).collect(found);
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return;
        } catch (IOException e) {
            throw Fault.internal("cannot list cgroup " + path + ": " + e.getMessage(), e);
        }
        found.add(this);
    }

    // A folder of a cgroup file system has two links and one for each folder in it, so that most need not be listed.
    // Other
    // file systems may count otherwise, but never two for a folder that has folders.
    private boolean isLeaf() {
        try {
            return Files.getAttribute(path, "unix:nlink").equals(2);
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a process lives here or below. */
    boolean populated() {
        return withDescendants().stream().anyMatch(group -> !group.processes().isEmpty());
    }
}
