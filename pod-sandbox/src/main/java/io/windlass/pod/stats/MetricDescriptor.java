package io.windlass.pod.stats;

import java.util.List;
import java.util.stream.Stream;

/**
 * What one metric is called and means.
 *
 * @param labelKeys in the order of {@link MetricSample#labelValues}
 */
public record MetricDescriptor(String name, String help, MetricKind kind, List<String> labelKeys) {
    public MetricDescriptor {
        labelKeys = List.copyOf(labelKeys);
    }

    static MetricDescriptor of(String name, String help, MetricKind kind, String... extraLabels) {
        return new MetricDescriptor(
                name,
                help,
                kind,
                Stream.concat(Subject.LABELS.stream(), Stream.of(extraLabels)).toList());
    }
}
