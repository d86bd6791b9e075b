package io.windlass.pod.spec;

import io.windlass.runtime.oci.Mount;
import java.util.List;

/** The kernel's own filesystems that every container has. */
final class SystemMounts {
    private SystemMounts() {}

    /** @param writable whether /sys and the cgroups may be changed */
    static List<Mount> of(boolean writable) {
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
