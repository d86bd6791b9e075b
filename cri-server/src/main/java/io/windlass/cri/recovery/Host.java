package io.windlass.cri.recovery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The machine that the daemon finds itself on, and who it is there. */
public record Host(long effectiveUid, String kernelRelease) {
    private static final Pattern EFFECTIVE_UID = Pattern.compile("(?m)^Uid:\\s+\\d+\\s+(\\d+)");
    private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*");

    /** Reads /proc (proc_pid_status(5)). */
    public static Host current() {
        try {
            Matcher uid = EFFECTIVE_UID.matcher(Files.readString(Path.of("/proc/self/status")));
            return new Host(
                    uid.find() ? Long.parseLong(uid.group(1)) : -1,
                    Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the kernel is {@code major.minor} or newer. A release that cannot be read counts as new enough. */
    boolean kernelAtLeast(int major, int minor) {
        Matcher release = RELEASE.matcher(kernelRelease);
        if (!release.matches()) {
            return true;
        }
        int thisMajor = Integer.parseInt(release.group(1));
        return thisMajor > major || (thisMajor == major && Integer.parseInt(release.group(2)) >= minor);
    }
}
