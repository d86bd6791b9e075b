package io.windlass.pod.stats;

import io.windlass.pod.model.ContainerId;
import java.util.List;

/** The metrics of one container. */
public record ContainerMetrics(ContainerId id, List<MetricSample> samples) {
    public ContainerMetrics {
        samples = List.copyOf(samples);
    }
}
