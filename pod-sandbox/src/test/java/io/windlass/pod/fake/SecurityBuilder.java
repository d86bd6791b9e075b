package io.windlass.pod.fake;

import io.windlass.pod.model.CapabilityChanges;
import io.windlass.pod.model.LinuxContainerSecurityContext;
import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.NamespaceOptions;
import io.windlass.pod.model.SecurityProfile;
import io.windlass.pod.model.SelinuxOptions;
import io.windlass.pod.model.SupplementalGroupsPolicy;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Collects what a test's security context differs in from the default one, which has a PID namespace of its own as kubelet's has. */
public final class SecurityBuilder {
    private CapabilityChanges capabilities = CapabilityChanges.NONE;
    private boolean privileged;
    private NamespaceOptions namespaces =
            new NamespaceOptions(NamespaceMode.POD, NamespaceMode.CONTAINER, NamespaceMode.POD, "", Optional.empty());
    private OptionalLong user = OptionalLong.empty();
    private OptionalLong group = OptionalLong.empty();
    private String userName = "";
    private List<Long> groups = List.of();
    private SupplementalGroupsPolicy policy = SupplementalGroupsPolicy.MERGE;
    private Optional<List<String>> maskedPaths = Optional.empty();
    private Optional<List<String>> readonlyPaths = Optional.empty();
    private Optional<SecurityProfile> seccomp = Optional.empty();
    private Optional<SecurityProfile> apparmor = Optional.empty();
    private String apparmorProfile = "";
    private boolean readonlyRootfs;
    private Optional<SelinuxOptions> selinux = Optional.empty();

    public SecurityBuilder capabilities(List<String> add, List<String> drop, List<String> ambient) {
        capabilities = new CapabilityChanges(add, drop, ambient);
        return this;
    }

    public SecurityBuilder privileged() {
        privileged = true;
        return this;
    }

    public SecurityBuilder selinux(SelinuxOptions value) {
        selinux = Optional.of(value);
        return this;
    }

    public SecurityBuilder readonlyRootfs() {
        readonlyRootfs = true;
        return this;
    }

    public SecurityBuilder namespaces(NamespaceOptions value) {
        namespaces = value;
        return this;
    }

    public SecurityBuilder user(long value) {
        user = OptionalLong.of(value);
        return this;
    }

    public SecurityBuilder group(long value) {
        group = OptionalLong.of(value);
        return this;
    }

    public SecurityBuilder userName(String value) {
        userName = value;
        return this;
    }

    public SecurityBuilder groups(SupplementalGroupsPolicy value, Long... ids) {
        policy = value;
        groups = List.of(ids);
        return this;
    }

    public SecurityBuilder maskedPaths(String... value) {
        maskedPaths = Optional.of(List.of(value));
        return this;
    }

    public SecurityBuilder readonlyPaths(String... value) {
        readonlyPaths = Optional.of(List.of(value));
        return this;
    }

    public SecurityBuilder seccomp(SecurityProfile.Type type, String reference) {
        seccomp = Optional.of(new SecurityProfile(type, reference));
        return this;
    }

    public SecurityBuilder apparmor(SecurityProfile.Type type, String reference) {
        apparmor = Optional.of(new SecurityProfile(type, reference));
        return this;
    }

    /** The older text. */
    public SecurityBuilder apparmorProfile(String value) {
        apparmorProfile = value;
        return this;
    }

    public LinuxContainerSecurityContext build() {
        return new LinuxContainerSecurityContext(
                capabilities,
                privileged,
                namespaces,
                selinux,
                user,
                group,
                userName,
                readonlyRootfs,
                groups,
                policy,
                false,
                maskedPaths,
                readonlyPaths,
                seccomp,
                apparmor,
                apparmorProfile,
                "");
    }
}
