package io.windlass.image.unpack;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.FileMode;
import io.windlass.linux.FileStat;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compares two unpacked layers file by file: names, types, owners, modes, sizes, contents, link targets, device numbers, numbers of hard
 * links, extended attributes, and the times of files. Memory holds the names of one directory. Not thread-safe.
 *
 * <p>The times of directories are not compared: those that an archive does not describe have the time of their making.
 */
public final class TreeComparison {
    private static final long CONFINED =
            OpenFlags.RESOLVE_BENEATH | OpenFlags.RESOLVE_NO_SYMLINKS | OpenFlags.RESOLVE_NO_XDEV;
    private static final int BUFFER = 128 << 10;

    /** The security module labels files by where they lie. */
    private static final String LABEL = "security.selinux";

    private final Syscalls kernel;
    private final ByteBuffer left = ByteBuffer.allocate(BUFFER);
    private final ByteBuffer right = ByteBuffer.allocate(BUFFER);

    public TreeComparison(Syscalls kernel) {
        this.kernel = kernel;
    }

    /** The first difference in words, such as "'etc/passwd' has other content"; empty when there is none. */
    public Optional<String> difference(Path expected, Path actual) {
        int flags = OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;
        try (Fd expectedRoot = kernel.open(expected, flags, 0);
                Fd actualRoot = kernel.open(actual, flags, 0)) {
            Optional<String> found = node(".", expectedRoot, ".", actualRoot);
            Deque<String> pending = new ArrayDeque<>(List.of("."));
            while (found.isEmpty() && !pending.isEmpty()) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new Fault(FaultKind.CANCELLED, "comparing " + actual + " was cancelled");
                }
                found = directory(expectedRoot, actualRoot, pending.pop(), pending);
            }
            return found;
        } catch (SyscallException e) {
            throw e.fault("cannot compare " + actual);
        }
    }

    private Optional<String> directory(Fd expectedRoot, Fd actualRoot, String path, Deque<String> pending) {
        try (Fd expected = open(expectedRoot, path, OpenFlags.DIRECTORY);
                Fd actual = open(actualRoot, path, OpenFlags.DIRECTORY)) {
            TreeSet<String> names = new TreeSet<>(kernel.list(expected));
            for (String name : kernel.list(actual)) {
                if (!names.contains(name)) {
                    return Optional.of(quoted(path, name) + " is not of its archive");
                }
            }
            for (String name : names) {
                Optional<String> found = node(path, expected, name, actual);
                if (found.isPresent()) {
                    return found;
                }
                if (kernel.statx(expected, name).isDirectory()) {
                    pending.push(path + "/" + name);
                }
            }
            return Optional.empty();
        }
    }

    private Fd open(Fd root, String path, int flags) {
        return kernel.openat2(root, path, flags | OpenFlags.NO_FOLLOW | OpenFlags.NON_BLOCKING, 0, CONFINED);
    }

    private Optional<String> node(String path, Fd expected, String name, Fd actual) {
        FileStat want = kernel.statx(expected, name);
        FileStat have;
        try {
            have = kernel.statx(actual, name);
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT)) {
                return Optional.of(quoted(path, name) + " is missing");
            }
            throw e;
        }
        Optional<String> found = stat(want, have)
                .or(() -> attributes(expected, name).equals(attributes(actual, name))
                        ? Optional.empty()
                        : Optional.of("has other extended attributes"));
        if (found.isEmpty() && want.isSymbolicLink()) {
            String target = kernel.readlinkat(actual, name);
            found = target.equals(kernel.readlinkat(expected, name)) ? found : Optional.of("leads to '" + target + "'");
        }
        if (found.isEmpty() && want.isRegularFile() && !sameContent(expected, actual, name)) {
            found = Optional.of("has other content");
        }
        return found.map(words -> quoted(path, name) + " " + words);
    }

    private static Optional<String> stat(FileStat want, FileStat have) {
        if (want.mode() != have.mode()) {
            return Optional.of("has the type and mode %o, not %o".formatted(have.mode(), want.mode()));
        }
        if (want.uid() != have.uid() || want.gid() != have.gid()) {
            return Optional.of("belongs to %s:%s, not %s:%s"
                    .formatted(
                            Integer.toUnsignedString(have.uid()),
                            Integer.toUnsignedString(have.gid()),
                            Integer.toUnsignedString(want.uid()),
                            Integer.toUnsignedString(want.gid())));
        }
        if (!want.specialDevice().equals(have.specialDevice())) {
            return Optional.of("is the device " + have.specialDevice() + ", not " + want.specialDevice());
        }
        if (want.isDirectory()) {
            return Optional.empty();
        }
        if (want.size() != have.size()) {
            return Optional.of("has " + have.size() + " bytes, not " + want.size());
        }
        if (want.links() != have.links()) {
            return Optional.of("has " + have.links() + " names, not " + want.links());
        }
        boolean timed = (want.mode() & FileMode.TYPE_MASK) == FileMode.REGULAR || want.isSymbolicLink();
        return timed && !want.modified().equals(have.modified())
                ? Optional.of("was modified at " + have.modified() + ", not " + want.modified())
                : Optional.empty();
    }

    /** Values as hexadecimal text, which compares by content. */
    private Map<String, String> attributes(Fd directory, String name) {
        Map<String, String> result = new TreeMap<>();
        try {
            for (byte[] attribute : kernel.listxattr(directory, name)) {
                String key = new String(attribute, StandardCharsets.ISO_8859_1);
                if (!key.equals(LABEL)) {
                    result.put(key, Arrays.toString(kernel.getxattr(directory, name, attribute)));
                }
            }
        } catch (SyscallException e) {
            if (!e.is(Errno.EOPNOTSUPP)) {
                throw e;
            }
        }
        return result;
    }

    private boolean sameContent(Fd expected, Fd actual, String name) {
        try (Fd one = open(expected, name, OpenFlags.READ_ONLY);
                Fd other = open(actual, name, OpenFlags.READ_ONLY)) {
            while (true) {
                fill(one, left);
                fill(other, right);
                if (!left.equals(right)) {
                    return false;
                }
                if (left.limit() < BUFFER) {
                    return true;
                }
            }
        }
    }

    private void fill(Fd file, ByteBuffer buffer) {
        buffer.clear();
        while (buffer.hasRemaining() && kernel.read(file, buffer) > 0) {
            // Reads on until the buffer is full or the file ends.
        }
        buffer.flip();
    }

    private static String quoted(String path, String name) {
        String whole = path.equals(".") ? name : path.substring(2) + "/" + name;
        return "'" + (whole.equals(".") ? "/" : whole) + "'";
    }
}
