package io.windlass.cri.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.cri.v1.Metric;
import io.windlass.cri.v1.MetricType;
import io.windlass.cri.v1.PodSandboxMetrics;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerMetadata;
import io.windlass.pod.model.ContainerStats;
import io.windlass.pod.model.CpuUsage;
import io.windlass.pod.model.IoUsage;
import io.windlass.pod.model.MemoryUsage;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.Pressure;
import io.windlass.pod.model.SwapUsage;
import io.windlass.pod.stats.ContainerMetrics;
import io.windlass.pod.stats.MetricDescriptor;
import io.windlass.pod.stats.MetricKind;
import io.windlass.pod.stats.MetricSample;
import io.windlass.pod.stats.PodMetrics;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class StatsMappingTest {
    private static final Instant AT = Instant.ofEpochSecond(7);
    private static final Optional<Pressure> PRESSURE =
            Optional.of(new Pressure(new Pressure.Stall(1, 2, 3, 4), new Pressure.Stall(5, 6, 7, 8)));

    private static ContainerStats stats(Optional<Pressure> pressure) {
        return new ContainerStats(
                ContainerId.of("a".repeat(64)),
                new ContainerMetadata("main", 0),
                Map.of(),
                Map.of(),
                Optional.of(new CpuUsage(AT, 1, OptionalLong.empty(), pressure)),
                Optional.of(new MemoryUsage(AT, 1, OptionalLong.empty(), 2, 3, 4, 5, pressure)),
                Optional.of(new SwapUsage(AT, OptionalLong.of(9), 10)),
                pressure.map(p -> new IoUsage(AT, p)),
                Optional.empty());
    }

    @Test
    void pressureAndSwapAreTold() {
        io.windlass.cri.v1.ContainerStats wire = StatsMapping.toWire(stats(PRESSURE));
        assertThat(wire.getCpu().getPsi().getSome().getTotal()).isEqualTo(1);
        assertThat(wire.getCpu().getPsi().getFull().getAvg10()).isEqualTo(6);
        assertThat(wire.getMemory().getPsi().getFull().getAvg60()).isEqualTo(7);
        assertThat(wire.getIo().getTimestamp()).isEqualTo(7_000_000_000L);
        assertThat(wire.getIo().getPsi().getSome().getAvg300()).isEqualTo(4);
        assertThat(wire.getSwap().getSwapAvailableBytes().getValue()).isEqualTo(9);
        assertThat(wire.getSwap().getSwapUsageBytes().getValue()).isEqualTo(10);
    }

    @Test
    void whatIsNotMeasuredIsLeftOut() {
        io.windlass.cri.v1.ContainerStats wire = StatsMapping.toWire(stats(Optional.empty()));
        assertThat(wire.getCpu().hasPsi()).isFalse();
        assertThat(wire.getMemory().hasPsi()).isFalse();
        assertThat(wire.hasIo()).isFalse();
    }

    @Test
    void metricsKeepTheirKindLabelsAndTime() {
        MetricDescriptor counter = new MetricDescriptor("c", "Help.", MetricKind.COUNTER, List.of("a", "b"));
        MetricDescriptor gauge = new MetricDescriptor("g", "Help.", MetricKind.GAUGE, List.of("a"));
        PodSandboxMetrics wire = MetricsMapping.toWire(new PodMetrics(
                PodSandboxId.of("b".repeat(64)),
                AT,
                List.of(new MetricSample(counter, List.of("1", ""), 3)),
                List.of(new ContainerMetrics(
                        ContainerId.of("a".repeat(64)), List.of(new MetricSample(gauge, List.of("2"), 4))))));
        Metric first = wire.getMetrics(0);
        assertThat(first.getName()).isEqualTo("c");
        assertThat(first.getMetricType()).isEqualTo(MetricType.COUNTER);
        assertThat(first.getLabelValuesList()).containsExactly("1", "");
        assertThat(first.getTimestamp()).isEqualTo(7_000_000_000L);
        Metric second = wire.getContainerMetrics(0).getMetrics(0);
        assertThat(second.getMetricType()).isEqualTo(MetricType.GAUGE);
        assertThat(second.getValue().getValue()).isEqualTo(4);
        assertThat(MetricsMapping.toWire(counter).getLabelKeysList()).containsExactly("a", "b");
    }
}
