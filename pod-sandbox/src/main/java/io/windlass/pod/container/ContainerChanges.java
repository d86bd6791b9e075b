package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.pod.lifecycle.CgroupLimits;
import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.plugin.ContainerChange;
import io.windlass.pod.spec.ResourcePlan;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Applies the limits that plugins ask for to containers that exist. Thread-safe. */
public final class ContainerChanges {
    private static final System.Logger LOG = System.getLogger(ContainerChanges.class.getName());

    private final PodStore store;
    private final PodCgroups cgroups;

    public ContainerChanges(PodStore store, PodCgroups cgroups) {
        this.store = store;
        this.cgroups = cgroups;
    }

    /** Returns those that failed and were not to be ignored; each failure is logged. */
    public List<ContainerChange> apply(List<ContainerChange> changes) {
        List<ContainerChange> failed = new ArrayList<>();
        for (ContainerChange change : changes) {
            try {
                apply(change);
            } catch (Fault e) {
                LOG.log(System.Logger.Level.WARNING, "cannot apply what a plugin asked for: " + e.getMessage());
                if (!change.ignoreFailure()) {
                    failed.add(change);
                }
            }
        }
        return failed;
    }

    private void apply(ContainerChange change) {
        Container container = store.container(change.containerId());
        if (container.state() instanceof ContainerState.Exited) {
            throw Faults.state("update", container, "created or running");
        }
        cgroups.find(container.definition().cgroupPath())
                .orElseThrow(
                        () -> Fault.precondition("cannot update container " + container.id() + ": its cgroup is gone"))
                .update(CgroupLimits.of(change.resources()));
        container.update(now -> now.withResources(
                Optional.of(UpdateContainerResources.merge(now.resources(), ResourcePlan.limits(change.resources())))));
    }
}
