package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.pod.lifecycle.CgroupLimits;
import io.windlass.pod.lifecycle.Exclusively;
import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.spec.ResourcePlan;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import java.util.HashMap;
import java.util.Map;

/** Changes the limits of a container (CRI {@code UpdateContainerResources}): all of them, or none. Thread-safe. */
public final class UpdateContainerResources {
    private final PodStore store;
    private final PodCgroups cgroups;

    public UpdateContainerResources(PodStore store, PodCgroups cgroups) {
        this.store = store;
        this.cgroups = cgroups;
    }

    /** @param annotations free-form additions that no part of this runtime knows: any is refused */
    public void update(String id, LinuxContainerResources resources, Map<String, String> annotations) {
        Container container = store.container(id);
        if (!annotations.isEmpty()) {
            throw Fault.unimplemented(
                    "cannot update container " + container.id() + ": this release knows no annotations of "
                            + "UpdateContainerResources, and was given " + annotations.keySet());
        }
        OomScore.check(resources.oomScoreAdj());
        Exclusively.run(
                container.operations(), "update container " + container.id(), () -> apply(container, resources));
    }

    private void apply(Container container, LinuxContainerResources resources) {
        if (container.state() instanceof ContainerState.Exited) {
            throw Faults.state("update", container, "created or running");
        }
        cgroups.find(container.definition().cgroupPath())
                .orElseThrow(
                        () -> Fault.precondition("cannot update container " + container.id() + ": its cgroup is gone"))
                .update(CgroupLimits.of(ResourcePlan.of(resources)));
        if (resources.oomScoreAdj() != 0) {
            OomScore.set(container.state(), resources.oomScoreAdj());
        }
        container.update(
                now -> now.withResources(merge(now.resources().orElse(LinuxContainerResources.NONE), resources)));
    }

    /** What the request does not name stays as it was. */
    private static LinuxContainerResources merge(LinuxContainerResources before, LinuxContainerResources asked) {
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
                asked.hugepageLimits().isEmpty() ? before.hugepageLimits() : asked.hugepageLimits(),
                unified,
                either(asked.memorySwapLimitInBytes(), before.memorySwapLimitInBytes()));
    }

    private static long either(long asked, long before) {
        return asked != 0 ? asked : before;
    }
}
