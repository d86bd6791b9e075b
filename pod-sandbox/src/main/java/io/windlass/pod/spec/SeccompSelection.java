package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.pod.model.LinuxContainerSecurityContext;
import io.windlass.pod.model.SecurityProfile;
import io.windlass.runtime.oci.Seccomp;
import io.windlass.runtime.program.SeccompDocuments;
import java.util.List;
import java.util.Optional;

/** Which seccomp policy a container gets. */
final class SeccompSelection {
    private SeccompSelection() {}

    /** Nothing said and privileged are both unconfined. */
    static Optional<Seccomp> select(LinuxContainerSecurityContext security, Node node) {
        if (security.privileged()) {
            return Optional.empty();
        }
        SecurityProfile profile = security.seccomp()
                .orElseGet(() -> DeprecatedProfiles.parse("seccomp_profile_path", security.seccompProfilePath()));
        List<String> bounding = CapabilitySets.of(security, node.capabilities()).bounding();
        return switch (profile.type()) {
            case UNCONFINED -> Optional.empty();
            case RUNTIME_DEFAULT -> Optional.of(node.seccompDefault().apply(bounding));
            case LOCALHOST -> Optional.of(load(profile.localhostRef(), bounding, node));
        };
    }

    private static Seccomp load(String reference, List<String> bounding, Node node) {
        String name = reference.startsWith("localhost/") ? reference.substring("localhost/".length()) : reference;
        if (name.isEmpty()) {
            throw Fault.invalid("cannot use seccomp profile Localhost: localhost_ref is empty");
        }
        try {
            return SeccompDocuments.read(node.seccompFolder().resolve(name).normalize(), bounding);
        } catch (Fault e) {
            throw e.in("cannot use seccomp localhost_ref " + reference);
        }
    }
}
