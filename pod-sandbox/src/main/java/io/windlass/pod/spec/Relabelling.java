package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import java.nio.file.Path;
import java.util.Set;

/**
 * A volume that is to have the SELinux label of a container's files.
 *
 * @param top without symbolic links in its path
 */
public record Relabelling(Path top, String label) {
    /** Folders that the node itself is made of: with a container's label its own services would be kept out of them. */
    private static final Set<String> OF_THE_NODE = Set.of(
            "/",
            "/bin",
            "/boot",
            "/dev",
            "/etc",
            "/etc/kubernetes",
            "/etc/passwd",
            "/etc/pki",
            "/etc/shadow",
            "/etc/ssl",
            "/home",
            "/lib",
            "/lib64",
            "/media",
            "/mnt",
            "/opt",
            "/root",
            "/run",
            "/sbin",
            "/srv",
            "/tmp",
            "/usr",
            "/usr/bin",
            "/usr/lib",
            "/usr/lib64",
            "/usr/local",
            "/usr/sbin",
            "/usr/share",
            "/var",
            "/var/cache",
            "/var/lib",
            "/var/lib/kubelet",
            "/var/log",
            "/var/tmp");

    /** @param what names the mount in the refusal */
    static Relabelling of(Path top, String label, String what) {
        if (OF_THE_NODE.contains(top.toString()) || top.startsWith("/proc") || top.startsWith("/sys")) {
            throw Fault.invalid("cannot " + what + ": selinux_relabel would take " + top
                    + " from the node, whose own label it must keep");
        }
        return new Relabelling(top, label);
    }
}
