package io.windlass.runtime.program;

import io.windlass.runtime.oci.Capabilities;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Mount;
import io.windlass.runtime.oci.Namespace;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Root;
import io.windlass.runtime.oci.Spec;
import io.windlass.runtime.oci.User;
import java.util.List;

/** The document of a container as a pod has it by default, for tests to start from. */
public final class TypicalContainer {
    public static final List<String> CAPABILITIES = List.of(
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_FSETID",
            "CAP_FOWNER",
            "CAP_MKNOD",
            "CAP_NET_RAW",
            "CAP_SETGID",
            "CAP_SETUID",
            "CAP_SETFCAP",
            "CAP_SETPCAP",
            "CAP_NET_BIND_SERVICE",
            "CAP_SYS_CHROOT",
            "CAP_KILL",
            "CAP_AUDIT_WRITE");

    private TypicalContainer() {}

    public static Spec.Builder spec(String... args) {
        return Spec.builder()
                .process(process(args).build())
                .root(new Root("rootfs", false))
                .mounts(mounts())
                .linux(linux().build());
    }

    public static Process.Builder process(String... args) {
        return Process.builder()
                .user(User.of(0, 0, List.of()))
                .args(List.of(args))
                .env(List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"))
                .noNewPrivileges(true)
                .capabilities(new Capabilities(CAPABILITIES, CAPABILITIES, List.of(), CAPABILITIES, List.of()));
    }

    public static Linux.Builder linux() {
        return Linux.builder()
                .namespaces(List.of(
                        Namespace.fresh(Namespace.PID),
                        Namespace.fresh(Namespace.MOUNT),
                        Namespace.fresh(Namespace.CGROUP)))
                .maskedPaths(List.of("/proc/kcore", "/proc/keys", "/proc/acpi", "/sys/firmware"))
                .readonlyPaths(List.of("/proc/bus", "/proc/sys", "/proc/sysrq-trigger"));
    }

    public static List<Mount> mounts() {
        return List.of(
                Mount.of("proc", "proc", "/proc", "nosuid", "noexec", "nodev"),
                Mount.of("tmpfs", "tmpfs", "/dev", "nosuid", "strictatime", "mode=755", "size=65536k"),
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
                Mount.of("mqueue", "mqueue", "/dev/mqueue", "nosuid", "noexec", "nodev"),
                Mount.of("tmpfs", "shm", "/dev/shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"),
                Mount.of("sysfs", "sysfs", "/sys", "nosuid", "noexec", "nodev", "ro"));
    }
}
