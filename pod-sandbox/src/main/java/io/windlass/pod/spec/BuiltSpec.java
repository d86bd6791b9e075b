package io.windlass.pod.spec;

import io.windlass.pod.model.ContainerUser;
import io.windlass.pod.model.SelinuxLabels;
import io.windlass.runtime.oci.Spec;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A container's OCI document, and what was worked out on the way.
 *
 * @param user as its status shows it
 * @param labels its SELinux labels
 * @param relabellings what of the node must have another label before the container is made
 */
public record BuiltSpec(Spec spec, ContainerUser user, Optional<SelinuxLabels> labels, List<Relabelling> relabellings) {
    public BuiltSpec {
        relabellings = List.copyOf(relabellings);
    }

    /** The same with another document. */
    public BuiltSpec map(UnaryOperator<Spec> change) {
        return new BuiltSpec(change.apply(spec), user, labels, relabellings);
    }
}
