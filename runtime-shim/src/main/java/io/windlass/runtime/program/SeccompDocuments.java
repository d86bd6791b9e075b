package io.windlass.runtime.program;

import io.windlass.fault.Fault;
import io.windlass.linux.Architecture;
import io.windlass.linux.Capability;
import io.windlass.linux.seccomp.ArgumentCondition;
import io.windlass.linux.seccomp.SeccompAction;
import io.windlass.linux.seccomp.SeccompArchitecture;
import io.windlass.linux.seccomp.SeccompFilter;
import io.windlass.linux.seccomp.SeccompPolicies;
import io.windlass.linux.seccomp.SeccompPolicy;
import io.windlass.linux.seccomp.SyscallRule;
import io.windlass.runtime.oci.Seccomp;
import io.windlass.runtime.oci.SeccompArgument;
import io.windlass.runtime.oci.SeccompSyscall;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Seccomp policies as they stand in OCI documents. A document is for one container: rules that a profile has only for
 * containers with some capability, or on some kernels, are decided when it becomes a document.
 */
public final class SeccompDocuments {
    private static final Map<Set<Capability>, Seccomp> DEFAULTS = new ConcurrentHashMap<>();

    private SeccompDocuments() {}

    /**
     * The policy of containers that ask for RuntimeDefault.
     *
     * @param capabilities names of the container's bounding set
     */
    public static Seccomp runtimeDefault(Collection<String> capabilities) {
        return DEFAULTS.computeIfAbsent(
                Capability.parseAll(capabilities), held -> document(SeccompPolicies.runtimeDefault(), held));
    }

    /**
     * A profile of the node, in OCI's format or Docker's.
     *
     * @throws Fault NOT_FOUND when there is no such file, INVALID_ARGUMENT when it is not a profile
     */
    public static Seccomp read(Path profile, Collection<String> capabilities) {
        return document(SeccompPolicies.parse(profile), Capability.parseAll(capabilities));
    }

    /** The filter of a document, for the machine this runs on. */
    public static byte[] compile(Seccomp document) {
        List<SeccompArchitecture> architectures = document.architectures().stream()
                .map(SeccompArchitecture::parse)
                .flatMap(Optional::stream)
                .toList();
        SeccompPolicy policy = new SeccompPolicy(
                SeccompAction.parse(document.defaultAction(), number(document.defaultErrnoRet())),
                architectures,
                document.syscalls().stream().map(SeccompDocuments::rule).toList());
        return SeccompFilter.compile(policy, Set.of(), Architecture.current()).bytes();
    }

    private static SyscallRule rule(SeccompSyscall syscall) {
        return SyscallRule.of(
                syscall.names(),
                SeccompAction.parse(syscall.action(), number(syscall.errnoRet())),
                syscall.args().stream().map(SeccompDocuments::condition).toArray(ArgumentCondition[]::new));
    }

    private static ArgumentCondition condition(SeccompArgument argument) {
        Long second = argument.valueTwo();
        return new ArgumentCondition(
                argument.index(),
                ArgumentCondition.Operator.parse(argument.op()),
                argument.value(),
                second == null ? 0 : second);
    }

    private static Seccomp document(SeccompPolicy policy, Set<Capability> capabilities) {
        SeccompPolicy settled = policy.settledFor(capabilities, Architecture.current());
        return new Seccomp(
                name(settled.defaultAction()),
                data(settled.defaultAction()),
                settled.architectures().stream().map(a -> "SCMP_ARCH_" + a).toList(),
                List.of(),
                null,
                null,
                settled.rules().stream()
                        .map(rule -> new SeccompSyscall(
                                rule.names(),
                                name(rule.action()),
                                data(rule.action()),
                                rule.arguments().stream()
                                        .map(SeccompDocuments::argument)
                                        .toList()))
                        .toList());
    }

    private static SeccompArgument argument(ArgumentCondition condition) {
        return new SeccompArgument(
                condition.index(), condition.value(), condition.valueTwo(), "SCMP_CMP_" + condition.operator());
    }

    private static String name(SeccompAction action) {
        return "SCMP_ACT_" + action.kind();
    }

    private static @Nullable Integer data(SeccompAction action) {
        return switch (action.kind()) {
            case ERRNO, TRACE -> action.data();
            default -> null;
        };
    }

    private static OptionalInt number(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
