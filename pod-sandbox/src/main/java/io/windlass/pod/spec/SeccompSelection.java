package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.model.LinuxContainerSecurityContext;
import io.windlass.pod.model.SecurityProfile;
import io.windlass.runtime.oci.OciJson;
import io.windlass.runtime.oci.Seccomp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
        return switch (profile.type()) {
            case UNCONFINED -> Optional.empty();
            case RUNTIME_DEFAULT ->
                Optional.of(node.seccompDefault()
                        .apply(CapabilitySets.of(security, node.capabilities()).bounding()));
            case LOCALHOST -> Optional.of(load(profile.localhostRef(), node));
        };
    }

    private static Seccomp load(String reference, Node node) {
        String name = reference.startsWith("localhost/") ? reference.substring("localhost/".length()) : reference;
        if (name.isEmpty()) {
            throw Fault.invalid("cannot use seccomp profile Localhost: localhost_ref is empty");
        }
        Path file = node.seccompFolder().resolve(name).normalize();
        try {
            return OciJson.read(Files.readAllBytes(file), Seccomp.class);
        } catch (NoSuchFileException e) {
            throw new Fault(
                    FaultKind.NOT_FOUND,
                    "cannot use seccomp localhost_ref " + reference + ": " + file + " does not exist",
                    e);
        } catch (IOException e) {
            throw Fault.internal("cannot read seccomp profile " + file + ": " + e.getMessage(), e);
        }
    }
}
