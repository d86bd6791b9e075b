package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.linux.SyscallException;
import io.windlass.linux.cgroup.Cgroup;
import io.windlass.linux.cgroup.CgroupPressure;
import io.windlass.linux.cgroup.CgroupStats;
import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.ContainerStats;
import io.windlass.pod.model.ContainerStatsFilter;
import io.windlass.pod.model.CpuUsage;
import io.windlass.pod.model.FilesystemUsage;
import io.windlass.pod.model.IoUsage;
import io.windlass.pod.model.MemoryUsage;
import io.windlass.pod.model.SwapUsage;
import io.windlass.pod.rootfs.RootfsProvider;
import io.windlass.pod.rootfs.RootfsUsage;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.ContainerDefinition;
import io.windlass.pod.store.PodStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Answers what containers use (CRI {@code ContainerStats}, {@code ListContainerStats}). Thread-safe. */
public final class ContainerStatsQuery {
    private static final System.Logger LOG = System.getLogger(ContainerStatsQuery.class.getName());

    private final PodStore store;
    private final PodCgroups cgroups;
    private final RootfsProvider rootfs;
    private final Map<ContainerId, CpuUsage> lastCpu = new ConcurrentHashMap<>();

    public ContainerStatsQuery(PodStore store, PodCgroups cgroups, RootfsProvider rootfs) {
        this.store = store;
        this.cgroups = cgroups;
        this.rootfs = rootfs;
    }

    public ContainerStats stats(String id) {
        return of(store.container(id));
    }

    /** Containers that have ended are left out, as they use nothing any more. */
    public List<ContainerStats> list(ContainerStatsFilter filter) {
        lastCpu.keySet().removeIf(id -> store.findContainer(id.value()).isEmpty());
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

    private ContainerStats of(Container container) {
        ContainerConfig config = container.definition().config();
        Optional<CgroupStats> used = measured(
                "cgroup",
                container,
                () -> cgroups.find(container.definition().cgroupPath()).map(Cgroup::stats));
        CgroupPressure pressure = measured(
                        "pressure",
                        container,
                        () -> cgroups.find(container.definition().cgroupPath()).map(Cgroup::pressure))
                .orElse(CgroupPressure.NONE);
        Optional<RootfsUsage> layer =
                measured("writable layer", container, () -> Optional.of(rootfs.usage(container.id())));
        return new ContainerStats(
                container.id(),
                config.metadata(),
                config.labels(),
                config.annotations(),
                used.map(stats -> cpu(container.id(), stats, pressure)),
                used.map(stats -> memory(stats, pressure)),
                used.map(ContainerStatsQuery::swap),
                pressure.io().map(io -> new IoUsage(Instant.now(), Pressures.of(io))),
                layer.map(usage -> new FilesystemUsage(
                        Instant.now(), usage.mountpoint().toString(), usage.bytes(), usage.inodes())));
    }

    /** A container that ends while it is measured leaves gaps in the answer, not an error. */
    private static <T> Optional<T> measured(String what, Container container, Supplier<Optional<T>> reading) {
        try {
            return reading.get();
        } catch (Fault | SyscallException e) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "cannot measure {0} of container {1}: {2}",
                    what,
                    container.id(),
                    e.getMessage());
            return Optional.empty();
        }
    }

    private CpuUsage cpu(ContainerId id, CgroupStats stats, CgroupPressure pressure) {
        CpuUsage last = lastCpu.get(id);
        OptionalLong rate = last == null ? OptionalLong.empty() : rate(last, stats);
        CpuUsage usage = new CpuUsage(
                stats.at(), stats.cpuUsageNanos(), rate, pressure.cpu().map(Pressures::of));
        lastCpu.put(id, usage);
        return usage;
    }

    private static OptionalLong rate(CpuUsage last, CgroupStats now) {
        long window = Duration.between(last.at(), now.at()).toNanos();
        long used = now.cpuUsageNanos() - last.usageCoreNanoSeconds();
        return window <= 0 || used < 0 ? last.usageNanoCores() : OptionalLong.of((long) (used * 1e9 / window));
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
