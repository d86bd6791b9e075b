package io.windlass.pod.spec;

import io.windlass.pod.model.ContainerUser;
import io.windlass.runtime.oci.Spec;
import java.util.function.UnaryOperator;

/** A container's OCI document, and what was worked out on the way that its status shows. */
public record BuiltSpec(Spec spec, ContainerUser user) {
    /** The same with another document. */
    public BuiltSpec map(UnaryOperator<Spec> change) {
        return new BuiltSpec(change.apply(spec), user);
    }
}
