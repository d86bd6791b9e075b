package io.windlass.pod.spec;

import io.windlass.runtime.oci.Mount;
import io.windlass.runtime.shim.PodNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The kernel's own filesystems that every container has. */
final class SystemMounts {
    private static final Path QUEUES = Path.of("/dev/mqueue");

    private SystemMounts() {}

    static List<Mount> of(SpecRequest request) {
        List<Mount> mounts = of(request.security().privileged());
        boolean hostsQueues =
                request.user().isPresent() && !request.namespacePins().containsKey(PodNamespace.IPC);
        return hostsQueues ? mounts.stream().flatMap(SystemMounts::hostsQueues).toList() : mounts;
    }

    /**
     * The kernel mounts the host's queues for no other user namespace than the host's. Where the host has them mounted, that
     * can be bound; where it has not, nothing on this node uses queues by path.
     */
    private static Stream<Mount> hostsQueues(Mount mount) {
        if (!mount.type().equals("mqueue")) {
            return Stream.of(mount);
        }
        return Files.isDirectory(QUEUES)
                ? Stream.of(Mount.bind(QUEUES.toString(), mount.destination(), "nosuid", "noexec", "nodev", "rprivate"))
                : Stream.of();
    }

    /** @param writable whether /sys and the cgroups may be changed */
    private static List<Mount> of(boolean writable) {
        String access = writable ? "rw" : "ro";
        return List.of(
                Mount.of("proc", "proc", "/proc", "nosuid", "noexec", "nodev"),
                Mount.of("sysfs", "sysfs", "/sys", "nosuid", "noexec", "nodev", access),
                Mount.of("tmpfs", "tmpfs", "/dev", "nosuid", "strictatime", "mode=755", "size=65536k"),
                Mount.of("cgroup", "cgroup", "/sys/fs/cgroup", "nosuid", "noexec", "nodev", "relatime", access),
                Mount.of(
                        "devpts",
                        "devpts",
                        "/dev/pts",
                        "nosuid",
                        "noexec",
                        "newinstance",
                        "ptmxmode=0666",
                        "mode=0620",
                        "gid=5"),
                Mount.of("mqueue", "mqueue", "/dev/mqueue", "nosuid", "noexec", "nodev"));
    }
}
