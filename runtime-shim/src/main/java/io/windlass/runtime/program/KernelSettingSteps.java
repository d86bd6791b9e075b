package io.windlass.runtime.program;

import io.windlass.linux.MountFlags;
import io.windlass.linux.MountOption;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sysctls and LSM labels. They are written through a procfs of our own that is never attached anywhere, so that nothing in
 * the image can stand in for the file (CVE-2025-52881).
 */
final class KernelSettingSteps {
    private final Map<String, String> sysctls;
    private final @Nullable String apparmorProfile;
    private final @Nullable String selinuxLabel;
    private final ProgramBuilder program;
    private Slot procfs = Slot.NONE;

    KernelSettingSteps(
            Map<String, String> sysctls,
            @Nullable String apparmorProfile,
            @Nullable String selinuxLabel,
            ProgramBuilder program) {
        this.sysctls = sysctls;
        this.apparmorProfile = empty(apparmorProfile) ? null : apparmorProfile;
        this.selinuxLabel = empty(selinuxLabel) ? null : selinuxLabel;
        this.program = program;
    }

    /** In the namespaces of the container: a procfs shows the PID namespace of whoever mounts it. */
    void mountProcfs() {
        if (!sysctls.isEmpty() || apparmorProfile != null || selinuxLabel != null) {
            long restricted = MountFlags.ATTR_NOSUID | MountFlags.ATTR_NODEV | MountFlags.ATTR_NOEXEC;
            procfs = program.fsmount("proc", restricted, List.of(MountOption.of("source", "proc")));
            program.checkFs(procfs, 0x9fa0);
        }
    }

    void sysctls() {
        // net.ipv4.ip_forward is net/ipv4/ip_forward; a name with slashes may hold dots (an interface eth0.100).
        sysctls.forEach(
                (name, value) -> program.sysctl(procfs, name.contains("/") ? name : name.replace('.', '/'), value));
    }

    /** The label for the next execve. Written while still root: /proc/self of another user's process is not writable. */
    void labelNextExec() {
        if (apparmorProfile != null) {
            program.lsmExec(procfs, "apparmor/exec", "exec " + apparmorProfile);
        }
        if (selinuxLabel != null) {
            // The keyring of whoever started us has a label that the container's processes may not use. Execve ends
            // "keycreate".
            program.lsmExec(procfs, "keycreate", selinuxLabel);
            program.sessionKeyring();
            program.lsmExec(procfs, "exec", selinuxLabel);
        }
    }

    private static boolean empty(@Nullable String value) {
        return value == null || value.isEmpty();
    }
}
