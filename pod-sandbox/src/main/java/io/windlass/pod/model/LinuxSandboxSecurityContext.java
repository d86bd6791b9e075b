package io.windlass.pod.model;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The security settings that hold for a whole sandbox. */
public record LinuxSandboxSecurityContext(
        NamespaceOptions namespaceOptions,
        Optional<SelinuxOptions> selinuxOptions,
        OptionalLong runAsUser,
        OptionalLong runAsGroup,
        boolean readonlyRootfs,
        List<Long> supplementalGroups,
        SupplementalGroupsPolicy supplementalGroupsPolicy,
        boolean privileged,
        Optional<SecurityProfile> seccomp,
        Optional<SecurityProfile> apparmor,
        String seccompProfilePath) {
    /** What a request means that says nothing. */
    public static final LinuxSandboxSecurityContext DEFAULT = new LinuxSandboxSecurityContext(
            NamespaceOptions.DEFAULT,
            Optional.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            false,
            List.of(),
            SupplementalGroupsPolicy.MERGE,
            false,
            Optional.empty(),
            Optional.empty(),
            "");

    public LinuxSandboxSecurityContext {
        supplementalGroups = List.copyOf(supplementalGroups);
    }
}
