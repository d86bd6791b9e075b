package io.windlass.pod.spec;

import io.windlass.pod.model.IdMapping;
import java.util.List;

/** Ranges of ids as OCI documents have them. */
public final class IdMappings {
    private IdMappings() {}

    public static List<io.windlass.runtime.oci.IdMapping> of(List<IdMapping> mappings) {
        return mappings.stream()
                .map(one -> new io.windlass.runtime.oci.IdMapping(one.containerId(), one.hostId(), one.length()))
                .toList();
    }
}
