package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.linux.Capability;
import io.windlass.linux.Syscalls;
import io.windlass.pod.security.AppArmor;
import io.windlass.pod.security.Selinux;
import io.windlass.runtime.oci.Seccomp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * What specs depend on of the machine; a value, so that tests need no machine.
 *
 * @param capabilities those that this process could give away: its bounding set, by names such as CAP_KILL
 * @param openFilesHardLimit its RLIMIT_NOFILE
 * @param appArmor the profiles that containers may be confined by
 * @param selinux the labels that containers may have
 * @param seccompDefault the profile for RuntimeDefault
 * @param seccompFolder where relative localhost profile names are looked up
 * @param users what it can do for pods with user namespaces
 */
public record Node(
        List<String> capabilities,
        long openFilesHardLimit,
        AppArmor appArmor,
        Selinux selinux,
        Function<List<String>, Seccomp> seccompDefault,
        Path seccompFolder,
        UserNamespaces users) {
    public Node {
        capabilities = List.copyOf(capabilities);
    }

    /** Asks this machine's kernel. */
    public static Node detect(
            Function<List<String>, Seccomp> seccompDefault,
            Path seccompFolder,
            AppArmor appArmor,
            Selinux selinux,
            Syscalls kernel) {
        return new Node(
                Capability.fromMask(mask(field(lines(Path.of("/proc/self/status")), "CapBnd:", 1))).stream()
                        .map(Capability::fullName)
                        .toList(),
                openFiles(field(lines(Path.of("/proc/self/limits")), "Max open files", 4)),
                appArmor,
                selinux,
                seccompDefault,
                seccompFolder,
                UserNamespaces.detect(kernel));
    }

    private static long mask(String hex) {
        return Long.parseUnsignedLong(hex, 16);
    }

    private static long openFiles(String hard) {
        return hard.equals("unlimited") ? -1 : Long.parseLong(hard);
    }

    private static String field(List<String> lines, String start, int index) {
        return lines.stream()
                .filter(line -> line.startsWith(start))
                .map(line -> line.split("\\s+", -1)[index])
                .findFirst()
                .orElseThrow(() -> Fault.internal("cannot read /proc/self: no line begins with '" + start + "'", null));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw Fault.internal("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
