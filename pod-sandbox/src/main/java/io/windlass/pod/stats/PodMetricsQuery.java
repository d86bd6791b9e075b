package io.windlass.pod.stats;

import io.windlass.pod.model.ContainerState;
import io.windlass.pod.rootfs.RootfsCapacity;
import io.windlass.pod.rootfs.RootfsProvider;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Answers what all pods use, as metrics (CRI {@code ListMetricDescriptors}, {@code ListPodSandboxMetrics}). Thread-safe.
 *
 * <p>What all the metrics need is read once a second, however many ask.
 */
public final class PodMetricsQuery {
    private static final List<Family<ContainerReading>> OF_CONTAINERS = Stream.of(
                    CpuMetrics.ALL, MemoryMetrics.ALL, PressureMetrics.ALL, FilesystemMetrics.ALL, ProcessMetrics.ALL)
            .flatMap(List::stream)
            .toList();
    private static final List<MetricDescriptor> DESCRIPTORS = Stream.concat(
                    OF_CONTAINERS.stream().map(Family::descriptor),
                    NetworkMetrics.ALL.stream().map(Family::descriptor))
            .toList();

    private final PodStore store;
    private final UsageSampler sampler;
    private final RootfsProvider rootfs;

    public PodMetricsQuery(PodStore store, UsageSampler sampler, RootfsProvider rootfs) {
        this.store = store;
        this.sampler = sampler;
        this.rootfs = rootfs;
    }

    /** All metrics that {@link #list} may answer. */
    public List<MetricDescriptor> descriptors() {
        return DESCRIPTORS;
    }

    /** The pods that are ready, with their containers that have not ended. */
    public List<PodMetrics> list() {
        sampler.forgetGone();
        RootfsCapacity capacity = rootfs.capacity();
        return store.sandboxes().stream()
                .filter(Sandbox::ready)
                .map(sandbox -> read(sandbox, capacity))
                .toList();
    }

    private PodMetrics read(Sandbox sandbox, RootfsCapacity capacity) {
        List<InterfaceCounters> interfaces = sampler.pod(sandbox).interfaces();
        Subject pod = Subject.of(sandbox);
        return new PodMetrics(
                sandbox.id(),
                Instant.now(),
                NetworkMetrics.ALL.stream()
                        .flatMap(family -> family.samples(pod, interfaces))
                        .toList(),
                store.containersOf(sandbox.id()).stream()
                        .filter(container -> !(container.state() instanceof ContainerState.Exited))
                        .flatMap(container -> read(sandbox, container, capacity).stream())
                        .toList());
    }

    /** Empty for a container that ends while it is read. */
    private Optional<ContainerMetrics> read(Sandbox sandbox, Container container, RootfsCapacity capacity) {
        Subject subject = Subject.of(sandbox, container);
        return sampler.group(container)
                .map(group -> read(container, group, capacity))
                .map(reading -> new ContainerMetrics(
                        container.id(),
                        OF_CONTAINERS.stream()
                                .flatMap(family -> family.samples(subject, reading))
                                .toList()));
    }

    private ContainerReading read(Container container, GroupReading group, RootfsCapacity capacity) {
        return new ContainerReading(
                container.state() instanceof ContainerState.Running running
                        ? running.startedAt()
                        : container.definition().createdAt(),
                group.stats(),
                group.details(),
                group.pressure(),
                group.oomKills(),
                sampler.processes(container, group),
                sampler.layer(container),
                capacity);
    }
}
