package io.windlass.pod.stats;

import io.windlass.pod.model.PodSandboxId;
import java.time.Instant;
import java.util.List;

/** The metrics of one pod, which are those of its network, and of each container that has not ended, read at one time. */
public record PodMetrics(PodSandboxId id, Instant at, List<MetricSample> samples, List<ContainerMetrics> containers) {
    public PodMetrics {
        samples = List.copyOf(samples);
        containers = List.copyOf(containers);
    }
}
