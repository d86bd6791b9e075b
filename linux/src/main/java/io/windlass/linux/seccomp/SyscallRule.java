package io.windlass.linux.seccomp;

import io.windlass.linux.Architecture;
import io.windlass.linux.Capability;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What happens to some system calls, perhaps only when their arguments are right.
 *
 * @param names calls that an architecture does not have are skipped there
 * @param arguments all must hold; but conditions on the same argument are alternatives, as in the other OCI runtimes
 * @param includes the rule counts only where all of this is so
 * @param excludes the rule does not count where any of this is so
 */
public record SyscallRule(
        List<String> names,
        SeccompAction action,
        List<ArgumentCondition> arguments,
        Circumstances includes,
        Circumstances excludes) {
    public SyscallRule {
        names = List.copyOf(names);
        arguments = List.copyOf(arguments);
    }

    public static SyscallRule of(List<String> names, SeccompAction action, ArgumentCondition... arguments) {
        return new SyscallRule(names, action, List.of(arguments), Circumstances.NONE, Circumstances.NONE);
    }

    boolean counts(Set<Capability> capabilities, Architecture machine, KernelVersion kernel) {
        boolean included = capabilities.containsAll(includes.capabilities)
                && (includes.machines.isEmpty() || includes.machines.contains(goName(machine)))
                && includes.oldestKernel.map(kernel::atLeast).orElse(true);
        boolean excluded = !Collections.disjoint(capabilities, excludes.capabilities)
                || excludes.machines.contains(goName(machine))
                || excludes.oldestKernel.map(kernel::atLeast).orElse(false);
        return included && !excluded;
    }

    // Profiles name machines as the Go tool chain does.
    private static String goName(Architecture machine) {
        return switch (machine) {
            case X86_64 -> "amd64";
            case AARCH64 -> "arm64";
        };
    }

    /**
     * Where a rule counts or does not.
     *
     * @param machines amd64, arm64 ...; empty for all
     */
    public record Circumstances(
            Set<Capability> capabilities, Set<String> machines, Optional<KernelVersion> oldestKernel) {
        public static final Circumstances NONE = new Circumstances(Set.of(), Set.of(), Optional.empty());

        public Circumstances {
            capabilities = Set.copyOf(capabilities);
            machines = Set.copyOf(machines);
        }
    }
}
