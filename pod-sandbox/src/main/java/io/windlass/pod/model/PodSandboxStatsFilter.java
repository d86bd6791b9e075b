package io.windlass.pod.model;

import java.util.Map;

/** Whose stats are meant: all conditions hold, empty ones do not restrict. The id may be a prefix. */
public record PodSandboxStatsFilter(String id, Map<String, String> labelSelector) {
    public static final PodSandboxStatsFilter ALL = new PodSandboxStatsFilter("", Map.of());

    public PodSandboxStatsFilter {
        labelSelector = Map.copyOf(labelSelector);
    }
}
