package io.windlass.pod.model;

import java.util.Map;
import java.util.Optional;

/** Which containers are meant: all conditions hold; empty strings and an absent state do not restrict. Ids may be prefixes. */
public record ContainerFilter(
        String id, Optional<ContainerStateKind> state, String podSandboxId, Map<String, String> labelSelector) {
    public static final ContainerFilter ALL = new ContainerFilter("", Optional.empty(), "", Map.of());

    public ContainerFilter {
        labelSelector = Map.copyOf(labelSelector);
    }
}
