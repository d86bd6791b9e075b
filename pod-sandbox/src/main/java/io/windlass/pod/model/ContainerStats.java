package io.windlass.pod.model;

import java.util.Map;
import java.util.Optional;

/** What a container uses; parts that cannot be read for it (it has no process, its group is gone) are absent. */
public record ContainerStats(
        ContainerId id,
        ContainerMetadata metadata,
        Map<String, String> labels,
        Map<String, String> annotations,
        Optional<CpuUsage> cpu,
        Optional<MemoryUsage> memory,
        Optional<SwapUsage> swap,
        Optional<IoUsage> io,
        Optional<FilesystemUsage> writableLayer) {
    public ContainerStats {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }
}
