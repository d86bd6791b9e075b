package io.windlass.nri.adjustment;

import io.windlass.fault.Fault;
import io.windlass.nri.message.ResourceMessages;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.plugin.ContainerChange;
import io.windlass.pod.plugin.PluginTarget;
import io.windlass.pod.plugin.Update;
import io.windlass.pod.spec.ResourcePlan;
import io.windlass.proto.nri.ContainerUpdate;
import io.windlass.proto.nri.LinuxResources;
import io.windlass.runtime.oci.Pids;
import io.windlass.runtime.oci.Resources;
import java.util.ArrayList;
import java.util.List;

/** New limits for containers that exist, from NRI's words. */
public final class Changes {
    private static final System.Logger LOG = System.getLogger(Changes.class.getName());

    private Changes() {}

    public static List<ContainerChange> of(List<ContainerUpdate> updates) {
        return updates.stream().map(Changes::of).toList();
    }

    private static ContainerChange of(ContainerUpdate update) {
        return new ContainerChange(
                update.getContainerId(),
                ResourceMessages.resources(update.getLinux().getResources()),
                update.getIgnoreFailure());
    }

    /** What becomes of an update of one container, once every plugin has had its turn. */
    public static Update update(LinuxContainerResources asked, Updates updates, String container) {
        LinuxResources message = updates.of(container, LinuxResources.getDefaultInstance());
        LinuxContainerResources limits = ResourcePlan.limits(ResourceMessages.resources(message));
        LinuxContainerResources merged = new LinuxContainerResources(
                limits.cpuPeriod(),
                limits.cpuQuota(),
                limits.cpuShares(),
                limits.memoryLimitInBytes(),
                asked.oomScoreAdj(),
                limits.cpusetCpus(),
                limits.cpusetMems(),
                limits.hugepageLimits(),
                limits.unified(),
                limits.memorySwapLimitInBytes());
        List<ContainerChange> changes = new ArrayList<>(of(updates.except(container)));
        if (message.hasPids()) {
            // The CRI's limits have no word for it.
            changes.add(new ContainerChange(
                    container,
                    Resources.NONE.withPids(new Pids(message.getPids().getLimit())),
                    false));
        }
        return new Update(merged, changes);
    }

    /** Those of a plugin that can be applied; of the others it is only logged why not. */
    public static List<ContainerChange> wanted(List<ContainerUpdate> updates, String plugin) {
        List<ContainerChange> changes = new ArrayList<>();
        for (ContainerUpdate update : updates) {
            try {
                changes.add(checked(update, plugin));
            } catch (Fault e) {
                LOG.log(System.Logger.Level.WARNING, "left out: {0}", e.getMessage());
            }
        }
        return changes;
    }

    /** Applies what a plugin asks for; returns what failed and was not to be ignored. */
    public static List<ContainerUpdate> failed(List<ContainerUpdate> updates, String plugin, PluginTarget target) {
        List<ContainerUpdate> failed = new ArrayList<>();
        for (ContainerUpdate update : updates) {
            List<ContainerChange> change = wanted(List.of(update), plugin);
            if (change.isEmpty()
                    ? !update.getIgnoreFailure()
                    : !target.update(change).isEmpty()) {
                failed.add(update);
            }
        }
        return failed;
    }

    /** What there is no limit for is refused by name. */
    private static ContainerChange checked(ContainerUpdate update, String plugin) {
        new ResourceAdjustment(new Owners(update.getContainerId()), plugin)
                .apply(update.getLinux().getResources(), LinuxResources.newBuilder());
        return of(update);
    }
}
