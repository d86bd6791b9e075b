package io.windlass.pod.spec;

import io.windlass.pod.model.LinuxContainerSecurityContext;
import java.util.List;
import java.util.Optional;

/** What of /proc and /sys a container must not read or write: what the request lists, and where it is silent these defaults. */
final class ProtectedPaths {
    private static final List<String> MASKED = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/sys/firmware",
            "/sys/devices/virtual/powercap");
    private static final List<String> READONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private ProtectedPaths() {}

    static List<String> masked(LinuxContainerSecurityContext security) {
        return choose(security, security.maskedPaths(), MASKED);
    }

    static List<String> readonly(LinuxContainerSecurityContext security) {
        return choose(security, security.readonlyPaths(), READONLY);
    }

    private static List<String> choose(
            LinuxContainerSecurityContext security, Optional<List<String>> asked, List<String> defaults) {
        return security.privileged() ? List.of() : asked.orElse(defaults);
    }
}
