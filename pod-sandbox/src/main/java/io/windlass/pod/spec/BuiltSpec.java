package io.windlass.pod.spec;

import io.windlass.pod.model.ContainerUser;
import io.windlass.runtime.oci.Spec;

/** A container's OCI document, and what was worked out on the way that its status shows. */
public record BuiltSpec(Spec spec, ContainerUser user) {}
