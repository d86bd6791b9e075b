package io.windlass.pod.model;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The security settings of one container.
 *
 * @param maskedPaths absent for the runtime's own choice, an empty list for none; {@code readonlyPaths} the same
 */
public record LinuxContainerSecurityContext(
        CapabilityChanges capabilities,
        boolean privileged,
        NamespaceOptions namespaceOptions,
        Optional<SelinuxOptions> selinuxOptions,
        OptionalLong runAsUser,
        OptionalLong runAsGroup,
        String runAsUsername,
        boolean readonlyRootfs,
        List<Long> supplementalGroups,
        SupplementalGroupsPolicy supplementalGroupsPolicy,
        boolean noNewPrivs,
        Optional<List<String>> maskedPaths,
        Optional<List<String>> readonlyPaths,
        Optional<SecurityProfile> seccomp,
        Optional<SecurityProfile> apparmor,
        String apparmorProfile,
        String seccompProfilePath) {
    /** What a request means that says nothing. */
    public static final LinuxContainerSecurityContext DEFAULT = new LinuxContainerSecurityContext(
            CapabilityChanges.NONE,
            false,
            NamespaceOptions.DEFAULT,
            Optional.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            "",
            false,
            List.of(),
            SupplementalGroupsPolicy.MERGE,
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "",
            "");

    public LinuxContainerSecurityContext {
        supplementalGroups = List.copyOf(supplementalGroups);
        maskedPaths = maskedPaths.map(List::copyOf);
        readonlyPaths = readonlyPaths.map(List::copyOf);
    }
}
