package io.windlass.linux.seccomp;

import java.util.List;

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
}
