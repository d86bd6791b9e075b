package io.windlass.linux.seccomp;

import io.windlass.fault.Fault;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The first two numbers of a kernel release. */
public record KernelVersion(int major, int minor) {
    private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*");

    /** Reads a release like 6.18.0-1-amd64. */
    public static KernelVersion parse(String release) {
        Matcher matcher = RELEASE.matcher(release);
        if (!matcher.matches()) {
            throw Fault.invalid("cannot read kernel release '" + release + "': it does not begin with two numbers");
        }
        return new KernelVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    static KernelVersion current() {
        return parse(System.getProperty("os.version", ""));
    }

    boolean atLeast(KernelVersion other) {
        return major > other.major || (major == other.major && minor >= other.minor);
    }
}
