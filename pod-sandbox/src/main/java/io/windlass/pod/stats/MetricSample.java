package io.windlass.pod.stats;

import java.util.List;

/** One value of a metric; the wire format knows whole numbers only, so seconds are rounded down. */
public record MetricSample(MetricDescriptor descriptor, List<String> labelValues, long value) {
    public MetricSample {
        labelValues = List.copyOf(labelValues);
        if (labelValues.size() != descriptor.labelKeys().size()) {
            throw new IllegalArgumentException("metric %s has labels %s, not values %s"
                    .formatted(descriptor.name(), descriptor.labelKeys(), labelValues));
        }
    }
}
