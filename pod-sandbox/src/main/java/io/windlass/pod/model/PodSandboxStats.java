package io.windlass.pod.model;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What a sandbox uses: the sums over its running containers, the pressure on all together, and each of them. */
public record PodSandboxStats(
        PodSandboxId id,
        PodSandboxMetadata metadata,
        Map<String, String> labels,
        Map<String, String> annotations,
        Instant at,
        Optional<CpuUsage> cpu,
        Optional<MemoryUsage> memory,
        Optional<IoUsage> io,
        List<NetworkInterfaceUsage> interfaces,
        OptionalLong processCount,
        List<ContainerStats> containers) {
    public PodSandboxStats {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        interfaces = List.copyOf(interfaces);
        containers = List.copyOf(containers);
    }
}
