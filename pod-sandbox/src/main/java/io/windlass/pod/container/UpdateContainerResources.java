package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.linux.cgroup.Cgroup;
import io.windlass.pod.lifecycle.CgroupLimits;
import io.windlass.pod.lifecycle.Exclusively;
import io.windlass.pod.lifecycle.PluginCalls;
import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.HugepageLimit;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.plugin.PodPlugins;
import io.windlass.pod.plugin.Update;
import io.windlass.pod.quota.ContainerQuotas;
import io.windlass.pod.quota.DiskLimits;
import io.windlass.pod.quota.LimitAnnotations;
import io.windlass.pod.spec.ResourcePlan;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import io.windlass.runtime.program.SealedProjects;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Changes the limits of a container (CRI {@code UpdateContainerResources}): all of them, or none. Thread-safe. */
public final class UpdateContainerResources {
    private final PodStore store;
    private final PodCgroups cgroups;
    private final ContainerQuotas quotas;
    private final PluginCalls plugins;
    private final ContainerChanges changes;

    public UpdateContainerResources(
            PodStore store, PodCgroups cgroups, ContainerQuotas quotas, PluginCalls plugins, ContainerChanges changes) {
        this.store = store;
        this.cgroups = cgroups;
        this.quotas = quotas;
        this.plugins = plugins;
        this.changes = changes;
    }

    /** @param annotations limits of what the container writes ({@link LimitAnnotations}); any other is refused */
    public void update(String id, LinuxContainerResources resources, Map<String, String> annotations) {
        Container container = store.container(id);
        Set<String> unknown = LimitAnnotations.others(annotations);
        if (!unknown.isEmpty()) {
            throw Fault.unimplemented("cannot update container " + container.id()
                    + ": of the annotations of UpdateContainerResources this release knows those of limits ("
                    + LimitAnnotations.DOMAIN + "), and was given " + unknown);
        }
        OomScore.check(resources.oomScoreAdj());
        try (PodPlugins.Hold _ = plugins.hold()) {
            Exclusively.run(
                    container.operations(),
                    "update container " + container.id(),
                    () -> apply(container, resources, annotations));
        }
    }

    private void apply(Container container, LinuxContainerResources asked, Map<String, String> annotations) {
        if (container.state() instanceof ContainerState.Exited) {
            throw Faults.state("update", container, "created or running");
        }
        Update update = plugins.updateContainer(container, asked);
        LinuxContainerResources resources = update.resources();
        OomScore.check(resources.oomScoreAdj());
        Cgroup group = cgroups.find(container.definition().cgroupPath())
                .orElseThrow(
                        () -> Fault.precondition("cannot update container " + container.id() + ": its cgroup is gone"));
        DiskLimits quotasBefore = limit(container, annotations);
        Optional<LinuxContainerResources> before = container.condition().resources();
        // Recorded first: the record can be put back as it was, and limits that were not there before cannot.
        container.update(now -> now.withResources(Optional.of(merge(before, resources))));
        try {
            group.update(CgroupLimits.of(ResourcePlan.of(resources)));
        } catch (Fault e) {
            container.update(now -> now.withResources(before));
            limitAgain(container, quotasBefore, e);
            throw e.in("cannot update container " + container.id());
        }
        // Last, as it cannot fail: a score that this machine does not allow leaves the old one.
        if (resources.oomScoreAdj() != 0) {
            OomScore.set(container.state(), resources.oomScoreAdj());
        }
        changes.apply(update.changes());
        plugins.postUpdateContainer(container);
    }

    /** Returns what it was kept to before. */
    private DiskLimits limit(Container container, Map<String, String> annotations) {
        DiskLimits before = quotas.limits(container.id());
        try {
            DiskLimits limits = LimitAnnotations.read(
                    before, container.definition().config().metadata().name(), Map.of(), annotations);
            quotas.update(
                    container.id(),
                    limits,
                    SealedProjects.sealed(container.definition().spec()));
            return before;
        } catch (Fault e) {
            throw e.in("cannot update container " + container.id());
        }
    }

    private void limitAgain(Container container, DiskLimits before, Fault reason) {
        try {
            quotas.update(
                    container.id(),
                    before,
                    SealedProjects.sealed(container.definition().spec()));
        } catch (Fault e) {
            reason.addSuppressed(e);
        }
    }

    /** What the request does not name stays as it was. */
    static LinuxContainerResources merge(Optional<LinuxContainerResources> given, LinuxContainerResources asked) {
        LinuxContainerResources before = given.orElse(LinuxContainerResources.NONE);
        Map<String, String> unified = new HashMap<>(before.unified());
        unified.putAll(asked.unified());
        return new LinuxContainerResources(
                either(asked.cpuPeriod(), before.cpuPeriod()),
                either(asked.cpuQuota(), before.cpuQuota()),
                either(asked.cpuShares(), before.cpuShares()),
                either(asked.memoryLimitInBytes(), before.memoryLimitInBytes()),
                either(asked.oomScoreAdj(), before.oomScoreAdj()),
                asked.cpusetCpus().isEmpty() ? before.cpusetCpus() : asked.cpusetCpus(),
                asked.cpusetMems().isEmpty() ? before.cpusetMems() : asked.cpusetMems(),
                hugepages(before.hugepageLimits(), asked.hugepageLimits()),
                unified,
                either(asked.memorySwapLimitInBytes(), before.memorySwapLimitInBytes()));
    }

    private static List<HugepageLimit> hugepages(List<HugepageLimit> before, List<HugepageLimit> asked) {
        Map<String, HugepageLimit> limits = new LinkedHashMap<>();
        before.forEach(limit -> limits.put(limit.pageSize(), limit));
        asked.forEach(limit -> limits.put(limit.pageSize(), limit));
        return List.copyOf(limits.values());
    }

    private static long either(long asked, long before) {
        return asked != 0 ? asked : before;
    }
}
