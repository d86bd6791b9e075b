package io.windlass.pod.stats;

import io.windlass.fault.Fault;
import io.windlass.linux.SyscallException;
import io.windlass.linux.cgroup.Cgroup;
import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.rootfs.RootfsCapacity;
import io.windlass.pod.rootfs.RootfsProvider;
import io.windlass.pod.rootfs.RootfsUsage;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Answers what all pods use, as metrics (CRI {@code ListMetricDescriptors}, {@code ListPodSandboxMetrics}). Thread-safe.
 *
 * <p>All pods are read in one sweep, which serves every caller until it is a second old or a container has come or gone.
 */
public final class PodMetricsQuery {
    private static final System.Logger LOG = System.getLogger(PodMetricsQuery.class.getName());
    private static final Path PROC = Path.of("/proc");
    private static final Duration FRESH = Duration.ofSeconds(1);
    private static final List<Family<ContainerReading>> OF_CONTAINERS = Stream.of(
                    CpuMetrics.ALL, MemoryMetrics.ALL, PressureMetrics.ALL, FilesystemMetrics.ALL, ProcessMetrics.ALL)
            .flatMap(List::stream)
            .toList();
    private static final List<MetricDescriptor> DESCRIPTORS = Stream.concat(
                    OF_CONTAINERS.stream().map(Family::descriptor),
                    NetworkMetrics.ALL.stream().map(Family::descriptor))
            .toList();

    private final PodStore store;
    private final Shims shims;
    private final PodCgroups cgroups;
    private final RootfsProvider rootfs;
    private Sweep last = new Sweep(0, Set.of(), List.of());

    public PodMetricsQuery(PodStore store, Shims shims, PodCgroups cgroups, RootfsProvider rootfs) {
        this.store = store;
        this.shims = shims;
        this.cgroups = cgroups;
        this.rootfs = rootfs;
    }

    /** What was read of {@code subjects} at a time of {@link System#nanoTime}. */
    private record Sweep(long at, Set<String> subjects, List<PodMetrics> pods) {
        boolean serves(Set<String> asked) {
            return subjects.equals(asked) && System.nanoTime() - at < FRESH.toNanos();
        }
    }

    /** All metrics that {@link #list} may answer. */
    public List<MetricDescriptor> descriptors() {
        return DESCRIPTORS;
    }

    /** The pods that are ready, with their containers that have not ended. */
    public synchronized List<PodMetrics> list() {
        Set<String> subjects = subjects();
        if (!last.serves(subjects)) {
            long at = System.nanoTime();
            RootfsCapacity capacity = rootfs.capacity();
            List<PodMetrics> pods = store.sandboxes().stream()
                    .filter(Sandbox::ready)
                    .map(sandbox -> read(sandbox, capacity))
                    .toList();
            last = new Sweep(at, subjects, pods);
        }
        return last.pods();
    }

    private Set<String> subjects() {
        return Stream.concat(
                        store.sandboxes().stream()
                                .filter(Sandbox::ready)
                                .map(sandbox -> sandbox.id().value()),
                        store.containers().stream()
                                .map(container ->
                                        container.id() + " " + container.state().kind()))
                .collect(Collectors.toUnmodifiableSet());
    }

    private PodMetrics read(Sandbox sandbox, RootfsCapacity capacity) {
        List<InterfaceCounters> interfaces = sandbox.definition().hostNetwork()
                ? List.of()
                : shims.find(sandbox.id())
                        .map(shim -> InterfaceCounters.of(shim.pid()))
                        .orElse(List.of());
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
        try {
            return cgroups.find(container.definition().cgroupPath())
                    .map(group -> read(container, group, capacity))
                    .map(reading -> new ContainerMetrics(
                            container.id(),
                            OF_CONTAINERS.stream()
                                    .flatMap(family -> family.samples(subject, reading))
                                    .toList()));
        } catch (Fault | SyscallException e) {
            LOG.log(System.Logger.Level.DEBUG, "cannot measure container {0}: {1}", container.id(), e.getMessage());
            return Optional.empty();
        }
    }

    private ContainerReading read(Container container, Cgroup group, RootfsCapacity capacity) {
        return new ContainerReading(
                container.state() instanceof ContainerState.Running running
                        ? running.startedAt()
                        : container.definition().createdAt(),
                group.stats(),
                group.details(),
                group.pressure(),
                group.oomKills(),
                ProcessCounts.read(PROC, group.processes()),
                layer(container),
                capacity);
    }

    private Optional<RootfsUsage> layer(Container container) {
        try {
            return Optional.of(rootfs.usage(container.id()));
        } catch (Fault e) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "cannot measure the writable layer of container {0}: {1}",
                    container.id(),
                    e.getMessage());
            return Optional.empty();
        }
    }
}
