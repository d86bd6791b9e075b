package io.windlass.pod.sandbox;

import io.windlass.linux.cgroup.CgroupPressure;
import io.windlass.pod.container.ContainerStatsQuery;
import io.windlass.pod.container.Pressures;
import io.windlass.pod.model.ContainerStats;
import io.windlass.pod.model.ContainerStatsFilter;
import io.windlass.pod.model.CpuUsage;
import io.windlass.pod.model.IoUsage;
import io.windlass.pod.model.MemoryUsage;
import io.windlass.pod.model.NetworkInterfaceUsage;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.model.PodSandboxStats;
import io.windlass.pod.model.PodSandboxStatsFilter;
import io.windlass.pod.stats.InterfaceCounters;
import io.windlass.pod.stats.UsageSampler;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/** Answers what sandboxes use (CRI {@code PodSandboxStats}, {@code ListPodSandboxStats}). Thread-safe. */
public final class PodSandboxStatsQuery {
    private final PodStore store;
    private final UsageSampler sampler;
    private final ContainerStatsQuery containers;

    public PodSandboxStatsQuery(PodStore store, UsageSampler sampler, ContainerStatsQuery containers) {
        this.store = store;
        this.sampler = sampler;
        this.containers = containers;
    }

    public PodSandboxStats stats(String id) {
        return of(store.sandbox(id));
    }

    public List<PodSandboxStats> list(PodSandboxStatsFilter filter) {
        return store.sandboxes().stream()
                .filter(sandbox -> sandbox.id().value().startsWith(filter.id()))
                .filter(sandbox -> sandbox.definition()
                        .config()
                        .labels()
                        .entrySet()
                        .containsAll(filter.labelSelector().entrySet()))
                .map(this::of)
                .toList();
    }

    private PodSandboxStats of(Sandbox sandbox) {
        PodSandboxConfig config = sandbox.definition().config();
        List<ContainerStats> each =
                containers.list(new ContainerStatsFilter("", sandbox.id().value(), Map.of()));
        UsageSampler.PodReading reading = sampler.pod(sandbox);
        CgroupPressure pressure = reading.pressure();
        Instant now = Instant.now();
        return new PodSandboxStats(
                sandbox.id(),
                config.metadata(),
                config.labels(),
                config.annotations(),
                now,
                cpu(each, now, pressure),
                memory(each, now, pressure),
                pressure.io().map(io -> new IoUsage(now, Pressures.of(io))),
                reading.interfaces().stream().map(PodSandboxStatsQuery::usage).toList(),
                processes(sandbox),
                each);
    }

    private OptionalLong processes(Sandbox sandbox) {
        return OptionalLong.of(store.containersOf(sandbox.id()).stream()
                .flatMap(container -> sampler.group(container).stream())
                .mapToLong(group -> group.processes().size())
                .sum());
    }

    private static NetworkInterfaceUsage usage(InterfaceCounters counters) {
        return new NetworkInterfaceUsage(
                counters.name(),
                counters.received().bytes(),
                counters.received().errors(),
                counters.sent().bytes(),
                counters.sent().errors());
    }

    private static Optional<CpuUsage> cpu(List<ContainerStats> containers, Instant now, CgroupPressure pressure) {
        List<CpuUsage> all =
                containers.stream().flatMap(stats -> stats.cpu().stream()).toList();
        boolean rated = !all.isEmpty()
                && all.stream().allMatch(cpu -> cpu.usageNanoCores().isPresent());
        long rate =
                all.stream().mapToLong(cpu -> cpu.usageNanoCores().orElse(0)).sum();
        return all.isEmpty()
                ? Optional.empty()
                : Optional.of(new CpuUsage(
                        now,
                        all.stream().mapToLong(CpuUsage::usageCoreNanoSeconds).sum(),
                        rated ? OptionalLong.of(rate) : OptionalLong.empty(),
                        pressure.cpu().map(Pressures::of)));
    }

    private static Optional<MemoryUsage> memory(List<ContainerStats> containers, Instant now, CgroupPressure pressure) {
        List<MemoryUsage> all =
                containers.stream().flatMap(stats -> stats.memory().stream()).toList();
        return all.isEmpty()
                ? Optional.empty()
                : Optional.of(new MemoryUsage(
                        now,
                        sum(all, MemoryUsage::workingSetBytes),
                        OptionalLong.empty(),
                        sum(all, MemoryUsage::usageBytes),
                        sum(all, MemoryUsage::rssBytes),
                        sum(all, MemoryUsage::pageFaults),
                        sum(all, MemoryUsage::majorPageFaults),
                        pressure.memory().map(Pressures::of)));
    }

    private static long sum(List<MemoryUsage> all, ToLongFunction<MemoryUsage> part) {
        return all.stream().mapToLong(part).sum();
    }
}
