package io.windlass.cri.mapping;

import io.windlass.cri.v1.ContainerMetrics;
import io.windlass.cri.v1.Metric;
import io.windlass.cri.v1.MetricDescriptor;
import io.windlass.cri.v1.MetricType;
import io.windlass.cri.v1.PodSandboxMetrics;
import io.windlass.pod.stats.MetricSample;
import io.windlass.pod.stats.PodMetrics;
import java.time.Instant;

/** Metrics. */
public final class MetricsMapping {
    private MetricsMapping() {}

    public static MetricDescriptor toWire(io.windlass.pod.stats.MetricDescriptor domain) {
        return MetricDescriptor.newBuilder()
                .setName(domain.name())
                .setHelp(domain.help())
                .addAllLabelKeys(domain.labelKeys())
                .build();
    }

    public static PodSandboxMetrics toWire(PodMetrics domain) {
        PodSandboxMetrics.Builder wire =
                PodSandboxMetrics.newBuilder().setPodSandboxId(domain.id().value());
        domain.samples().forEach(sample -> wire.addMetrics(metric(sample, domain.at())));
        domain.containers().forEach(container -> {
            ContainerMetrics.Builder metrics = wire.addContainerMetricsBuilder()
                    .setContainerId(container.id().value());
            container.samples().forEach(sample -> metrics.addMetrics(metric(sample, domain.at())));
        });
        return wire.build();
    }

    private static Metric metric(MetricSample domain, Instant at) {
        return Metric.newBuilder()
                .setName(domain.descriptor().name())
                .setTimestamp(Times.nanos(at))
                .setMetricType(
                        switch (domain.descriptor().kind()) {
                            case COUNTER -> MetricType.COUNTER;
                            case GAUGE -> MetricType.GAUGE;
                        })
                .addAllLabelValues(domain.labelValues())
                .setValue(StatsMapping.value(domain.value()))
                .build();
    }
}
