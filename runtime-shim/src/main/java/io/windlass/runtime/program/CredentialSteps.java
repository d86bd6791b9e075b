package io.windlass.runtime.program;

import io.windlass.fault.Fault;
import io.windlass.linux.Capability;
import io.windlass.runtime.hook.ContainerHooks;
import io.windlass.runtime.oci.Capabilities;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Seccomp;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Turns the process from the host's root into the container's user, and runs its program. */
final class CredentialSteps {
    private static final int DEFAULT_UMASK = 0022;
    private static final Map<String, Integer> SECCOMP_FLAGS =
            Map.of("SECCOMP_FILTER_FLAG_TSYNC", 1, "SECCOMP_FILTER_FLAG_LOG", 2, "SECCOMP_FILTER_FLAG_SPEC_ALLOW", 4);

    private final Process process;
    private final @Nullable Seccomp policy;
    private final SeccompCompiler compiler;
    private final ProgramBuilder program;
    private final List<ContainerHooks.Inside> hooks;
    private final boolean sealed;

    /**
     * @param hooks run as the container's user, before its program
     * @param sealed whether files stay in their projects
     */
    CredentialSteps(
            Process process,
            @Nullable Seccomp policy,
            SeccompCompiler compiler,
            ProgramBuilder program,
            List<ContainerHooks.Inside> hooks,
            boolean sealed) {
        this.hooks = hooks;
        this.sealed = sealed;
        this.process = process;
        this.policy = policy;
        this.compiler = compiler;
        this.program = program;
    }

    void emit() {
        // As root: a working directory that only root may enter is a valid one. getcwd is checked by the operation, so
        // that a descriptor of the host cannot be the way out (CVE-2024-21626).
        program.chdir(process.cwd(), false);
        if (hooks.isEmpty()) {
            // From here on no operation opens a file.
            Rlimits.emitHindering(process.rlimits(), program);
        }
        if (!process.noNewPrivileges()) {
            // Without no_new_privs a filter needs CAP_SYS_ADMIN, which the next steps give up.
            seccomp();
        }
        become();
        if (process.noNewPrivileges()) {
            program.noNewPrivs();
        }
        if (!hooks.isEmpty()) {
            hooks.forEach(program::hook);
            Rlimits.emitHindering(process.rlimits(), program);
        }
        if (process.noNewPrivileges()) {
            // Last, so that the filter need not allow any of the steps above.
            seccomp();
        }
        Integer umask = process.user().umask();
        program.umask(umask == null ? DEFAULT_UMASK : umask);
        program.execve(process.args(), process.env());
    }

    private void become() {
        Capabilities wanted = Objects.requireNonNullElse(
                process.capabilities(), new Capabilities(List.of(), List.of(), List.of(), List.of(), List.of()));
        // The bounding set needs CAP_SETPCAP, the ids CAP_SETGID and CAP_SETUID: each step keeps what later ones need.
        program.capBounding(mask(wanted.bounding()));
        program.keepCaps();
        program.groups(process.user().additionalGids());
        program.gid(process.user().gid());
        program.uid(process.user().uid());
        program.capset(mask(wanted.effective()), mask(wanted.permitted()), mask(wanted.inheritable()));
        long ambient = mask(wanted.ambient());
        if (ambient != 0) {
            program.capAmbient(ambient);
        }
    }

    private static long mask(List<String> names) {
        return Capability.toMask(Capability.parseAll(names));
    }

    private void seccomp() {
        if (sealed) {
            // First, because the policy need not allow that another filter follows it.
            program.seccomp(0, compiler.compile(SealedProjects.FILTER));
        }
        if (policy == null) {
            return;
        }
        if (policy.listenerPath() != null && !policy.listenerPath().isEmpty()) {
            throw Fault.unimplemented("linux.seccomp.listenerPath is not supported");
        }
        int flags = 0;
        for (String name : policy.flags()) {
            Integer flag = SECCOMP_FLAGS.get(name);
            if (flag == null) {
                throw Fault.unimplemented("linux.seccomp flag %s is not supported".formatted(name));
            }
            flags |= flag;
        }
        program.seccomp(flags, compiler.compile(policy));
    }
}
