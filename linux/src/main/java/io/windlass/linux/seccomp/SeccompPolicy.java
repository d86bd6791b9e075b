package io.windlass.linux.seccomp;

import io.windlass.linux.Architecture;
import io.windlass.linux.Capability;
import java.util.List;
import java.util.Set;

/**
 * Which system calls a container may make.
 *
 * @param defaultAction for calls that no rule names
 * @param architectures further calling conventions to admit; that of the machine always is. Calls by a convention that is not
 *     admitted kill their thread
 */
public record SeccompPolicy(
        SeccompAction defaultAction, List<SeccompArchitecture> architectures, List<SyscallRule> rules) {
    public SeccompPolicy {
        architectures = List.copyOf(architectures);
        rules = List.copyOf(rules);
    }

    /** The same policy for one container on this kernel: without the rules that do not count there, and unconditional. */
    public SeccompPolicy settledFor(Set<Capability> capabilities, Architecture machine) {
        KernelVersion kernel = KernelVersion.current();
        List<SyscallRule> settled = rules.stream()
                .filter(rule -> rule.counts(capabilities, machine, kernel))
                .map(rule -> new SyscallRule(
                        rule.names(),
                        rule.action(),
                        rule.arguments(),
                        SyscallRule.Circumstances.NONE,
                        SyscallRule.Circumstances.NONE))
                .toList();
        return new SeccompPolicy(defaultAction, architectures, settled);
    }
}
