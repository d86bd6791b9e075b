package io.windlass.linux;

import io.windlass.fault.FaultKind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The error number of a failed system call (asm-generic numbering, which x86_64 and aarch64 share). */
public record Errno(int number) {
    public static final Errno EPERM = new Errno(1);
    public static final Errno ENOENT = new Errno(2);
    public static final Errno ESRCH = new Errno(3);
    public static final Errno EINTR = new Errno(4);
    public static final Errno EIO = new Errno(5);
    public static final Errno EBADF = new Errno(9);
    public static final Errno ECHILD = new Errno(10);
    public static final Errno EAGAIN = new Errno(11);
    public static final Errno ENOMEM = new Errno(12);
    public static final Errno EACCES = new Errno(13);
    public static final Errno EBUSY = new Errno(16);
    public static final Errno EEXIST = new Errno(17);
    public static final Errno EXDEV = new Errno(18);
    public static final Errno ENODEV = new Errno(19);
    public static final Errno ENOTDIR = new Errno(20);
    public static final Errno EISDIR = new Errno(21);
    public static final Errno EINVAL = new Errno(22);
    public static final Errno ENFILE = new Errno(23);
    public static final Errno EMFILE = new Errno(24);
    public static final Errno ENOSPC = new Errno(28);
    public static final Errno EROFS = new Errno(30);
    public static final Errno EPIPE = new Errno(32);
    public static final Errno ERANGE = new Errno(34);
    public static final Errno ENAMETOOLONG = new Errno(36);
    public static final Errno ENOSYS = new Errno(38);
    public static final Errno ENOTEMPTY = new Errno(39);
    public static final Errno ELOOP = new Errno(40);
    public static final Errno ENODATA = new Errno(61);
    public static final Errno EOPNOTSUPP = new Errno(95);
    public static final Errno EADDRINUSE = new Errno(98);
    public static final Errno ENETUNREACH = new Errno(101);
    public static final Errno ENOBUFS = new Errno(105);
    public static final Errno ETIMEDOUT = new Errno(110);
    public static final Errno ESTALE = new Errno(116);
    public static final Errno EDQUOT = new Errno(122);

    private static final Map<Integer, String[]> TABLE = readTable();

    /** The error of a symbol, like {@code ENOENT}. */
    public static Optional<Errno> named(String symbol) {
        return TABLE.values().stream()
                .filter(entry -> entry[1].equals(symbol))
                .findFirst()
                .map(entry -> new Errno(Integer.parseInt(entry[0])));
    }

    /** The symbol, like {@code ENOENT}. */
    public String name() {
        String[] entry = TABLE.get(number);
        return entry == null ? "errno " + number : entry[1];
    }

    /** What the number means, like {@code no such file or directory}. */
    public String description() {
        String[] entry = TABLE.get(number);
        return entry == null ? "unknown error" : entry[2];
    }

    /** How a failure with this error is told to callers when nothing more is known about it. */
    public FaultKind kind() {
        return switch (name()) {
            case "ENOENT", "ESRCH", "ENODEV", "ENXIO" -> FaultKind.NOT_FOUND;
            case "EEXIST" -> FaultKind.ALREADY_EXISTS;
            case "EPERM", "EACCES", "EROFS" -> FaultKind.PERMISSION_DENIED;
            case "EBUSY", "ENOTEMPTY" -> FaultKind.FAILED_PRECONDITION;
            case "ENOSPC", "EDQUOT", "ENOMEM", "EMFILE", "ENFILE", "EAGAIN", "ENOBUFS" -> FaultKind.RESOURCE_EXHAUSTED;
            case "ENOSYS", "EOPNOTSUPP" -> FaultKind.UNIMPLEMENTED;
            case "ETIMEDOUT" -> FaultKind.DEADLINE_EXCEEDED;
            default -> FaultKind.INTERNAL;
        };
    }

    @Override
    public String toString() {
        return name() + " (" + description() + ")";
    }

    private static Map<Integer, String[]> readTable() {
        Map<Integer, String[]> table = new HashMap<>();
        try (InputStream stream = Objects.requireNonNull(Errno.class.getResourceAsStream("errno.txt"), "errno.txt");
                BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line : lines.readAllLines()) {
                String[] entry = line.split(" ", 3);
                table.put(Integer.valueOf(entry[0]), entry);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.copyOf(table);
    }
}
