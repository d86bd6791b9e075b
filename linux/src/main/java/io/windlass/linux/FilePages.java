package io.windlass.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Gives back pages of files that this process has mapped and only reads: what is used again is read again, the rest, such as
 * what only a start needs, stays away. See madvise(2), MADV_PAGEOUT.
 */
public final class FilePages {
    private static final int MADV_PAGEOUT = 21;

    /** "start-end r-xp offset device inode path"; see proc_pid_maps(5). */
    private static final Pattern READ_ONLY =
            Pattern.compile("([0-9a-f]+)-([0-9a-f]+) r-[x-][ps] \\S+ \\S+ [1-9]\\d* +(/.*)");

    private FilePages() {}

    /** Gives back the read-only pages of those mapped files that {@code wanted} names; returns how many mappings those were. */
    public static int giveBack(Predicate<Path> wanted) {
        try {
            return giveBack(Files.readAllLines(Path.of("/proc/self/maps")), wanted);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read /proc/self/maps: " + e.getMessage(), e);
        }
    }

    private static int giveBack(List<String> mappings, Predicate<Path> wanted) {
        int given = 0;
        for (String mapping : mappings) {
            Matcher parts = READ_ONLY.matcher(mapping);
            if (parts.matches() && wanted.test(Path.of(parts.group(3)))) {
                long start = Long.parseUnsignedLong(parts.group(1), 16);
                long end = Long.parseUnsignedLong(parts.group(2), 16);
                try (Call call = new Call(SystemCall.MADVISE)) {
                    call.run(parts.group(3), start, end - start, MADV_PAGEOUT);
                    given++;
                }
            }
        }
        return given;
    }
}
