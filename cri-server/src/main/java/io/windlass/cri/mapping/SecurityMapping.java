package io.windlass.cri.mapping;

import io.windlass.cri.v1.Capability;
import io.windlass.cri.v1.Int64Value;
import io.windlass.cri.v1.LinuxContainerSecurityContext;
import io.windlass.cri.v1.LinuxSandboxSecurityContext;
import io.windlass.cri.v1.SELinuxOption;
import io.windlass.pod.model.CapabilityChanges;
import io.windlass.pod.model.SecurityProfile;
import io.windlass.pod.model.SelinuxOptions;
import io.windlass.pod.model.SupplementalGroupsPolicy;
import java.util.Optional;
import java.util.OptionalLong;

/** The security contexts of sandboxes and containers. */
@SuppressWarnings("deprecation") // The CRI still has the two old profile fields, and kubelet still fills one of them.
final class SecurityMapping {
    private SecurityMapping() {}

    static io.windlass.pod.model.LinuxSandboxSecurityContext fromWire(LinuxSandboxSecurityContext wire) {
        return new io.windlass.pod.model.LinuxSandboxSecurityContext(
                NamespaceMapping.fromWire(wire.getNamespaceOptions()),
                wire.hasSelinuxOptions() ? Optional.of(selinux(wire.getSelinuxOptions())) : Optional.empty(),
                wire.hasRunAsUser() ? number(wire.getRunAsUser()) : OptionalLong.empty(),
                wire.hasRunAsGroup() ? number(wire.getRunAsGroup()) : OptionalLong.empty(),
                wire.getReadonlyRootfs(),
                wire.getSupplementalGroupsList(),
                policy(wire.getSupplementalGroupsPolicy()),
                wire.getPrivileged(),
                wire.hasSeccomp() ? Optional.of(profile("seccomp", wire.getSeccomp())) : Optional.empty(),
                wire.hasApparmor() ? Optional.of(profile("apparmor", wire.getApparmor())) : Optional.empty(),
                wire.getSeccompProfilePath());
    }

    static io.windlass.pod.model.LinuxContainerSecurityContext fromWire(LinuxContainerSecurityContext wire) {
        return new io.windlass.pod.model.LinuxContainerSecurityContext(
                capabilities(wire.getCapabilities()),
                wire.getPrivileged(),
                NamespaceMapping.fromWire(wire.getNamespaceOptions()),
                wire.hasSelinuxOptions() ? Optional.of(selinux(wire.getSelinuxOptions())) : Optional.empty(),
                wire.hasRunAsUser() ? number(wire.getRunAsUser()) : OptionalLong.empty(),
                wire.hasRunAsGroup() ? number(wire.getRunAsGroup()) : OptionalLong.empty(),
                wire.getRunAsUsername(),
                wire.getReadonlyRootfs(),
                wire.getSupplementalGroupsList(),
                policy(wire.getSupplementalGroupsPolicy()),
                wire.getNoNewPrivs(),
                Optional.of(wire.getMaskedPathsList()),
                Optional.of(wire.getReadonlyPathsList()),
                wire.hasSeccomp() ? Optional.of(profile("seccomp", wire.getSeccomp())) : Optional.empty(),
                wire.hasApparmor() ? Optional.of(profile("apparmor", wire.getApparmor())) : Optional.empty(),
                wire.getApparmorProfile(),
                wire.getSeccompProfilePath());
    }

    private static CapabilityChanges capabilities(Capability wire) {
        return new CapabilityChanges(
                wire.getAddCapabilitiesList(), wire.getDropCapabilitiesList(), wire.getAddAmbientCapabilitiesList());
    }

    private static OptionalLong number(Int64Value wire) {
        return OptionalLong.of(wire.getValue());
    }

    private static SelinuxOptions selinux(SELinuxOption wire) {
        return new SelinuxOptions(wire.getUser(), wire.getRole(), wire.getType(), wire.getLevel());
    }

    private static SecurityProfile profile(String field, io.windlass.cri.v1.SecurityProfile wire) {
        SecurityProfile.Type type = switch (wire.getProfileType()) {
            case RuntimeDefault -> SecurityProfile.Type.RUNTIME_DEFAULT;
            case Unconfined -> SecurityProfile.Type.UNCONFINED;
            case Localhost -> SecurityProfile.Type.LOCALHOST;
            case UNRECOGNIZED ->
                throw Refusals.unknown("security_context." + field + ".profile_type", wire.getProfileTypeValue());
        };
        return new SecurityProfile(type, wire.getLocalhostRef());
    }

    private static SupplementalGroupsPolicy policy(io.windlass.cri.v1.SupplementalGroupsPolicy wire) {
        return switch (wire) {
            case Merge -> SupplementalGroupsPolicy.MERGE;
            case Strict -> SupplementalGroupsPolicy.STRICT;
            case UNRECOGNIZED -> throw Refusals.unknown("security_context.supplemental_groups_policy", -1);
        };
    }
}
