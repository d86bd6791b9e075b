package io.windlass.pod.container;

import io.windlass.linux.cgroup.CgroupPressure;
import io.windlass.linux.cgroup.CgroupStats;
import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.ContainerStats;
import io.windlass.pod.model.ContainerStatsFilter;
import io.windlass.pod.model.CpuUsage;
import io.windlass.pod.model.FilesystemUsage;
import io.windlass.pod.model.IoUsage;
import io.windlass.pod.model.MemoryUsage;
import io.windlass.pod.model.SwapUsage;
import io.windlass.pod.rootfs.RootfsUsage;
import io.windlass.pod.stats.GroupReading;
import io.windlass.pod.stats.UsageSampler;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.ContainerDefinition;
import io.windlass.pod.store.PodStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Answers what containers use (CRI {@code ContainerStats}, {@code ListContainerStats}). Thread-safe. */
public final class ContainerStatsQuery {
    private final PodStore store;
    private final UsageSampler sampler;

    public ContainerStatsQuery(PodStore store, UsageSampler sampler) {
        this.store = store;
        this.sampler = sampler;
    }

    public ContainerStats stats(String id) {
        return of(store.container(id));
    }

    /** Containers that have ended are left out, as they use nothing any more. */
    public List<ContainerStats> list(ContainerStatsFilter filter) {
        sampler.forgetGone();
        return store.containers().stream()
                .filter(container -> !(container.state() instanceof ContainerState.Exited))
                .filter(container -> matches(container, filter))
                .map(this::of)
                .toList();
    }

    private static boolean matches(Container container, ContainerStatsFilter filter) {
        ContainerDefinition definition = container.definition();
        return container.id().value().startsWith(filter.id())
                && definition.sandboxId().value().startsWith(filter.podSandboxId())
                && definition
                        .config()
                        .labels()
                        .entrySet()
                        .containsAll(filter.labelSelector().entrySet());
    }

    /** What writable layers take together, of containers that have ended too; the filesystem is the one that all lie on. */
    public Optional<FilesystemUsage> writableLayers() {
        List<RootfsUsage> all = store.containers().stream()
                .flatMap(container -> sampler.layer(container).stream())
                .toList();
        return all.isEmpty()
                ? Optional.empty()
                : Optional.of(new FilesystemUsage(
                        Instant.now(),
                        all.getFirst().mountpoint().toString(),
                        all.stream().mapToLong(RootfsUsage::bytes).sum(),
                        all.stream().mapToLong(RootfsUsage::inodes).sum()));
    }

    /** A container that ends while it is measured leaves gaps in the answer, not an error. */
    private ContainerStats of(Container container) {
        ContainerConfig config = container.definition().config();
        Optional<GroupReading> group = sampler.group(container);
        return new ContainerStats(
                container.id(),
                config.metadata(),
                config.labels(),
                config.annotations(),
                group.map(ContainerStatsQuery::cpu),
                group.map(reading -> memory(reading.stats(), reading.pressure())),
                group.map(reading -> swap(reading.stats())),
                group.flatMap(ContainerStatsQuery::io),
                sampler.layer(container)
                        .map(usage -> new FilesystemUsage(
                                Instant.now(), usage.mountpoint().toString(), usage.bytes(), usage.inodes())));
    }

    private static CpuUsage cpu(GroupReading reading) {
        return new CpuUsage(
                reading.stats().at(),
                reading.stats().cpuUsageNanos(),
                reading.nanoCores(),
                reading.pressure().cpu().map(Pressures::of));
    }

    private static Optional<IoUsage> io(GroupReading reading) {
        return reading.pressure()
                .io()
                .map(pressure -> new IoUsage(reading.stats().at(), Pressures.of(pressure)));
    }

    private static SwapUsage swap(CgroupStats stats) {
        return new SwapUsage(stats.at(), left(stats.swapLimit(), stats.swapUsage()), stats.swapUsage());
    }

    private static OptionalLong left(OptionalLong limit, long used) {
        return limit.isPresent() ? OptionalLong.of(Math.max(0, limit.getAsLong() - used)) : OptionalLong.empty();
    }

    private static MemoryUsage memory(CgroupStats stats, CgroupPressure pressure) {
        return new MemoryUsage(
                stats.at(),
                stats.memoryWorkingSet(),
                left(stats.memoryLimit(), stats.memoryWorkingSet()),
                stats.memoryUsage(),
                stats.memoryRss(),
                stats.memoryPageFaults(),
                stats.memoryMajorPageFaults(),
                pressure.memory().map(Pressures::of));
    }
}
