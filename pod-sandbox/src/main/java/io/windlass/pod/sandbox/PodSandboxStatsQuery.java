package io.windlass.pod.sandbox;

import io.windlass.pod.container.ContainerStatsQuery;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.ContainerStats;
import io.windlass.pod.model.ContainerStatsFilter;
import io.windlass.pod.model.CpuUsage;
import io.windlass.pod.model.MemoryUsage;
import io.windlass.pod.model.NetworkInterfaceUsage;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.model.PodSandboxStats;
import io.windlass.pod.model.PodSandboxStatsFilter;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Answers what sandboxes use (CRI {@code PodSandboxStats}, {@code ListPodSandboxStats}). Thread-safe. */
public final class PodSandboxStatsQuery {
    private final PodStore store;
    private final Shims shims;
    private final ContainerStatsQuery containers;

    public PodSandboxStatsQuery(PodStore store, Shims shims, ContainerStatsQuery containers) {
        this.store = store;
        this.shims = shims;
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
        Instant now = Instant.now();
        return new PodSandboxStats(
                sandbox.id(),
                config.metadata(),
                config.labels(),
                config.annotations(),
                now,
                cpu(each, now),
                memory(each, now),
                network(sandbox),
                OptionalLong.empty(),
                each);
    }

    /** The node's own interfaces are not the pod's. */
    private List<NetworkInterfaceUsage> network(Sandbox sandbox) {
        return sandbox.definition().hostNetwork()
                ? List.of()
                : shims.find(sandbox.id())
                        .map(shim -> NetworkCounters.of(shim.pid()))
                        .orElse(List.of());
    }

    private static Optional<CpuUsage> cpu(List<ContainerStats> containers, Instant now) {
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
                        rated ? OptionalLong.of(rate) : OptionalLong.empty()));
    }

    private static Optional<MemoryUsage> memory(List<ContainerStats> containers, Instant now) {
        return containers.stream()
                .flatMap(stats -> stats.memory().stream())
                .reduce((a, b) -> new MemoryUsage(
                        now,
                        a.workingSetBytes() + b.workingSetBytes(),
                        OptionalLong.empty(),
                        a.usageBytes() + b.usageBytes(),
                        a.rssBytes() + b.rssBytes(),
                        a.pageFaults() + b.pageFaults(),
                        a.majorPageFaults() + b.majorPageFaults()));
    }
}
