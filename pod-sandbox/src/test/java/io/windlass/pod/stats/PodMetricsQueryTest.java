package io.windlass.pod.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.pod.fake.PodWorld;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.PodSandboxId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodMetricsQueryTest {
    private final PodWorld world;

    PodMetricsQueryTest(@TempDir Path folder) {
        world = new PodWorld(folder);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private PodMetricsQuery query() {
        return world.pods().podMetrics();
    }

    private List<MetricSample> ofOnlyContainer() {
        return query().list().getFirst().containers().getFirst().samples();
    }

    private static MetricSample sample(List<MetricSample> samples, String name) {
        return samples.stream()
                .filter(sample -> sample.descriptor().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everyDescriptorHasItsOwnNameAHelpTextAndLabels() {
        assertThat(query().descriptors()).hasSizeGreaterThanOrEqualTo(58).allSatisfy(descriptor -> {
            assertThat(descriptor.name()).matches("container_[a-z_]+");
            assertThat(descriptor.help()).endsWith(".").hasSizeGreaterThan(10);
            assertThat(descriptor.labelKeys()).startsWith("container", "id", "image", "name", "namespace", "pod");
            if (descriptor.kind() == MetricKind.COUNTER && !descriptor.name().endsWith("failcnt")) {
                assertThat(descriptor.name()).endsWith("_total");
            }
        });
        assertThat(query().descriptors().stream().map(MetricDescriptor::name)).doesNotHaveDuplicates();
    }

    @Test
    void whatOtherRuntimesTellIsToldToo() {
        String names = """
            blkio_device_usage_total cpu_cfs_periods_total cpu_cfs_throttled_periods_total
            cpu_cfs_throttled_seconds_total cpu_system_seconds_total cpu_usage_seconds_total
            cpu_user_seconds_total file_descriptors fs_inodes_free fs_inodes_total fs_limit_bytes
            fs_reads_bytes_total fs_reads_total fs_usage_bytes fs_writes_bytes_total fs_writes_total last_seen
            memory_cache memory_failcnt memory_failures_total memory_kernel_usage memory_mapped_file
            memory_max_usage_bytes memory_rss memory_swap memory_total_active_file_bytes
            memory_total_inactive_file_bytes memory_usage_bytes memory_working_set_bytes
            network_receive_bytes_total network_receive_errors_total network_receive_packets_dropped_total
            network_receive_packets_total network_transmit_bytes_total network_transmit_errors_total
            network_transmit_packets_dropped_total network_transmit_packets_total oom_events_total processes
            sockets spec_cpu_period spec_cpu_shares spec_memory_limit_bytes spec_memory_reservation_limit_bytes
            spec_memory_swap_limit_bytes start_time_seconds threads threads_max ulimits_soft
            """;
        assertThat(query().descriptors().stream().map(MetricDescriptor::name))
                .containsAll(Arrays.stream(names.split("\\s+"))
                        .filter(name -> !name.isEmpty())
                        .map(name -> "container_" + name)
                        .toList());
    }

    @Test
    void samplesAreThoseOfDescribedMetricsAndHaveTheirLabels() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId container = world.startContainer(sandbox, "main");
        List<MetricSample> samples = ofOnlyContainer();
        Map<String, MetricDescriptor> described =
                query().descriptors().stream().collect(Collectors.toMap(MetricDescriptor::name, Function.identity()));
        assertThat(samples).allSatisfy(sample -> {
            assertThat(described.get(sample.descriptor().name())).isEqualTo(sample.descriptor());
            assertThat(sample.labelValues()).hasSameSizeAs(sample.descriptor().labelKeys());
        });
        String path =
                world.pods().store().container(container.value()).definition().cgroupPath();
        assertThat(sample(samples, "container_memory_cache").labelValues())
                .containsExactly("main", path, "busybox", container.value(), "default", "web");
        // All but those of the network, which the fake shim's process does not lend.
        assertThat(samples.stream().map(sample -> sample.descriptor().name()).distinct())
                .containsAll(described.keySet().stream()
                        .filter(name -> !name.startsWith("container_network_"))
                        .toList());
    }

    @Test
    void valuesAreThoseOfTheCgroupAndOfTheLayer() {
        world.startContainer(world.runSandbox("web"), "main");
        List<MetricSample> samples = ofOnlyContainer();
        assertThat(sample(samples, "container_memory_working_set_bytes").value())
                .isEqualTo(1024);
        assertThat(sample(samples, "container_spec_memory_limit_bytes").value()).isEqualTo(1 << 20);
        assertThat(sample(samples, "container_spec_cpu_quota").value()).isEqualTo(20_000);
        assertThat(sample(samples, "container_pressure_io_waiting_seconds_total")
                        .value())
                .isEqualTo(5);
        assertThat(sample(samples, "container_fs_usage_bytes"))
                .satisfies(sample -> assertThat(sample.value()).isEqualTo(4096))
                .satisfies(sample -> assertThat(sample.labelValues()).endsWith("/dev/fake"));
        assertThat(sample(samples, "container_blkio_device_usage_total").labelValues())
                .endsWith("8", "0", "Read");
        assertThat(sample(samples, "container_file_descriptors").value()).isPositive();
    }

    @Test
    void oneSweepServesManyCallersUntilAContainerComesOrGoes() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId first = world.startContainer(sandbox, "first");
        String path = world.pods().store().container(first.value()).definition().cgroupPath();
        for (int i = 0; i < 5; i++) {
            query().list();
        }
        // A slow machine may need a second sweep, as one is fresh for a second only.
        assertThat(world.cgroups().group(path).reads()).isBetween(1, 2);
        ContainerId second = world.startContainer(sandbox, "second");
        assertThat(query().list().getFirst().containers())
                .extracting(ContainerMetrics::id)
                .containsExactlyInAnyOrder(first, second);
        world.pods().stopContainer().stop(first.value(), Duration.ZERO);
        assertThat(query().list().getFirst().containers())
                .extracting(ContainerMetrics::id)
                .containsExactly(second);
        world.pods().stopPodSandbox().stop(sandbox.value());
        assertThat(query().list()).isEmpty();
    }

    @Test
    void aSampleWithTheWrongNumberOfLabelsCannotBeMade() {
        MetricDescriptor descriptor = MetricDescriptor.of("container_x", "Help.", MetricKind.GAUGE);
        assertThatThrownBy(() -> new MetricSample(descriptor, List.of("one"), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("metric container_x has labels [container, id");
    }
}
