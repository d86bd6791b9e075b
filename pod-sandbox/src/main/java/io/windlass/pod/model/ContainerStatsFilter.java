package io.windlass.pod.model;

import java.util.Map;

/** Whose stats are meant: all conditions hold, empty ones do not restrict. Ids may be prefixes. */
public record ContainerStatsFilter(String id, String podSandboxId, Map<String, String> labelSelector) {
    public static final ContainerStatsFilter ALL = new ContainerStatsFilter("", "", Map.of());

    public ContainerStatsFilter {
        labelSelector = Map.copyOf(labelSelector);
    }
}
