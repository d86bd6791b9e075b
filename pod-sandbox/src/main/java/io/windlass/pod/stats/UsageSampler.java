package io.windlass.pod.stats;

import io.windlass.fault.Fault;
import io.windlass.linux.SyscallException;
import io.windlass.linux.cgroup.Cgroup;
import io.windlass.linux.cgroup.CgroupPressure;
import io.windlass.linux.cgroup.CgroupStats;
import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerStateKind;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.quota.ContainerQuotas;
import io.windlass.pod.rootfs.RootfsProvider;
import io.windlass.pod.rootfs.RootfsUsage;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads what containers and pods use, for stats and metrics alike: each at most once a second, however many ask. So rates of
 * CPU time are over a second or more. Thread-safe.
 */
public final class UsageSampler {
    private static final System.Logger LOG = System.getLogger(UsageSampler.class.getName());
    private static final Path PROC = Path.of("/proc");
    private static final long FRESH = Duration.ofSeconds(1).toNanos();

    private final PodStore store;
    private final Shims shims;
    private final PodCgroups cgroups;
    private final ContainerQuotas quotas;
    private final Path layerFolder;
    private final LongSupplier nanoTime;
    private final Layers layers;
    private final Map<ContainerId, Slot> containers = new ConcurrentHashMap<>();
    private final Map<PodSandboxId, Kept<PodReading>> pods = new ConcurrentHashMap<>();

    public UsageSampler(
            PodStore store, Shims shims, PodCgroups cgroups, RootfsProvider rootfs, ContainerQuotas quotas) {
        this(
                store,
                shims,
                cgroups,
                rootfs,
                quotas,
                System::nanoTime,
                task -> Thread.ofVirtual().name("writable layer").start(task));
    }

    UsageSampler(
            PodStore store,
            Shims shims,
            PodCgroups cgroups,
            RootfsProvider rootfs,
            ContainerQuotas quotas,
            LongSupplier nanoTime,
            Executor background) {
        this.store = store;
        this.shims = shims;
        this.cgroups = cgroups;
        this.quotas = quotas;
        this.layerFolder = rootfs.folder();
        this.nanoTime = nanoTime;
        this.layers = new Layers(rootfs, nanoTime, background);
    }

    /** What is read about a pod as a whole. Its group's pressure is that of all its containers. */
    public record PodReading(CgroupPressure pressure, List<InterfaceCounters> interfaces) {
        public PodReading {
            interfaces = List.copyOf(interfaces);
        }
    }

    private record Kept<T>(T value, long at) {
        boolean isFresh(long now) {
            return now - at < FRESH;
        }
    }

    /** The group of a container; empty when it has none, or ended while it was read. */
    public Optional<GroupReading> group(Container container) {
        return containers.computeIfAbsent(container.id(), _ -> new Slot()).read(container);
    }

    /** What the processes of a container hold, of which {@code group} was read. */
    ProcessCounts processes(Container container, GroupReading group) {
        return containers.computeIfAbsent(container.id(), _ -> new Slot()).processes(group);
    }

    /**
     * The writable layer of a container; empty when it cannot be measured. Where its filesystem has counted it already, it is
     * read anew each time, as that costs nothing.
     */
    public Optional<RootfsUsage> layer(Container container) {
        return measured("the writable layer of container " + container.id(), () -> quotas.layerUsage(container.id()))
                .map(usage -> new RootfsUsage(layerFolder, usage.bytes(), usage.inodes()))
                .or(() -> layers.usage(container.id()));
    }

    public PodReading pod(Sandbox sandbox) {
        long now = nanoTime.getAsLong();
        return pods.compute(
                        sandbox.id(),
                        (_, kept) -> kept != null && kept.isFresh(now) ? kept : new Kept<>(read(sandbox), now))
                .value();
    }

    /** To be called now and then: forgets what is no longer there. */
    public void forgetGone() {
        containers.keySet().removeIf(id -> store.findContainer(id.value()).isEmpty());
        layers.forget(id -> store.findContainer(id.value()).isEmpty());
        pods.keySet().removeIf(id -> store.findSandbox(id.value()).isEmpty());
    }

    /** The node's own interfaces are not the pod's. */
    private PodReading read(Sandbox sandbox) {
        CgroupPressure pressure = measured(
                        "pod sandbox " + sandbox.id(),
                        () -> cgroups.find(sandbox.definition().cgroupParent()).map(Cgroup::pressure))
                .orElse(CgroupPressure.NONE);
        List<InterfaceCounters> interfaces = sandbox.definition().hostNetwork()
                ? List.of()
                : shims.find(sandbox.id())
                        .map(shim -> InterfaceCounters.of(shim.pid()))
                        .orElse(List.of());
        return new PodReading(pressure, interfaces);
    }

    private static <T> Optional<T> measured(String what, Supplier<Optional<T>> reading) {
        try {
            return reading.get();
        } catch (Fault | SyscallException e) {
            LOG.log(System.Logger.Level.DEBUG, "cannot measure {0}: {1}", what, e.getMessage());
            return Optional.empty();
        }
    }

    /** The latest reading of one container, which also is the one before the next. */
    private final class Slot {
        private @Nullable Kept<Optional<GroupReading>> kept;
        private @Nullable Kept<ProcessCounts> counts;
        private @Nullable ContainerStateKind state;
        private @Nullable CgroupStats before;
        private OptionalLong rate = OptionalLong.empty();

        synchronized Optional<GroupReading> read(Container container) {
            long now = nanoTime.getAsLong();
            ContainerStateKind kind = container.state().kind();
            if (kept == null || kind != state || !kept.isFresh(now)) {
                state = kind;
                kept = new Kept<>(
                        measured(
                                "container " + container.id(),
                                () -> cgroups.find(container.definition().cgroupPath())
                                        .map(this::read)),
                        now);
            }
            return kept.value();
        }

        /** Kept beside the rest, because only metrics need it and it costs most. */
        synchronized ProcessCounts processes(GroupReading group) {
            long now = nanoTime.getAsLong();
            if (counts == null || !counts.isFresh(now)) {
                counts = new Kept<>(ProcessCounts.read(PROC, group.processes()), now);
            }
            return counts.value();
        }

        private GroupReading read(Cgroup group) {
            CgroupStats stats = group.stats();
            if (before != null) {
                rate = rate(before, stats);
            }
            before = stats;
            return new GroupReading(
                    stats, rate, group.pressure(), group.details(), group.oomKills(), group.processes());
        }

        private OptionalLong rate(CgroupStats earlier, CgroupStats later) {
            long window = Duration.between(earlier.at(), later.at()).toNanos();
            long used = later.cpuUsageNanos() - earlier.cpuUsageNanos();
            return window <= 0 || used < 0 ? rate : OptionalLong.of((long) (used * 1e9 / window));
        }
    }
}
