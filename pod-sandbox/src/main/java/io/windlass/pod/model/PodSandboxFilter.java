package io.windlass.pod.model;

import java.util.Map;
import java.util.Optional;

/** Which sandboxes are meant: all conditions hold; an empty id and an absent state do not restrict. The id may be a prefix. */
public record PodSandboxFilter(String id, Optional<SandboxStateKind> state, Map<String, String> labelSelector) {
    public static final PodSandboxFilter ALL = new PodSandboxFilter("", Optional.empty(), Map.of());

    public PodSandboxFilter {
        labelSelector = Map.copyOf(labelSelector);
    }
}
