package io.windlass.pod.sandbox;

import io.windlass.fault.Fault;
import io.windlass.pod.container.OomScore;
import io.windlass.pod.lifecycle.Exclusively;
import io.windlass.pod.lifecycle.PluginCalls;
import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.plugin.PodPlugins;
import io.windlass.pod.spec.ResourcePlan;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import io.windlass.pod.store.SandboxCondition;
import java.util.Optional;

/**
 * Changes what a pod's containers may take together (CRI {@code UpdatePodSandboxResources}): all of it or nothing. Thread-safe.
 *
 * <p>The group that a caller named as {@code cgroup_parent} is the caller's, who sets its limits by itself (kubelet does so before
 * and after it calls): there the limits are recorded and shown, and plugins are told. The group of a pod without one is
 * ours, and gets them.
 */
public final class UpdatePodSandboxResources {
    private final PodStore store;
    private final PodCgroups cgroups;
    private final PluginCalls plugins;

    public UpdatePodSandboxResources(PodStore store, PodCgroups cgroups, PluginCalls plugins) {
        this.store = store;
        this.cgroups = cgroups;
        this.plugins = plugins;
    }

    /** Those that are empty stay as they are. */
    public void update(
            String id, Optional<LinuxContainerResources> overhead, Optional<LinuxContainerResources> resources) {
        Sandbox sandbox = store.sandbox(id);
        overhead.ifPresent(limits -> OomScore.check(limits.oomScoreAdj()));
        resources.ifPresent(limits -> OomScore.check(limits.oomScoreAdj()));
        try (PodPlugins.Hold _ = plugins.hold()) {
            Exclusively.run(
                    sandbox.lifecycle().writeLock(),
                    "update pod sandbox " + sandbox.id(),
                    () -> apply(sandbox, overhead, resources));
        }
    }

    private void apply(
            Sandbox sandbox, Optional<LinuxContainerResources> overhead, Optional<LinuxContainerResources> resources) {
        if (!sandbox.ready()) {
            throw Fault.precondition("cannot update pod sandbox " + sandbox.id() + ": it is not ready");
        }
        Optional<LinuxContainerResources> nextOverhead = overhead.or(sandbox::overhead);
        Optional<LinuxContainerResources> nextResources = resources.or(sandbox::resources);
        LinuxContainerResources limits = PodLimits.of(nextResources, nextOverhead);
        SandboxCondition before = sandbox.condition();
        plugins.updatePodSandbox(
                sandbox,
                nextOverhead.orElse(LinuxContainerResources.NONE),
                nextResources.orElse(LinuxContainerResources.NONE));
        // Recorded first: the record can be put back as it was, and limits that were not there before cannot.
        sandbox.update(now -> now.withResources(nextOverhead, nextResources));
        try {
            if (sandbox.definition().ownsCgroupParent()) {
                cgroups.limitOwnParent(sandbox.definition().cgroupParent(), ResourcePlan.of(limits));
            }
        } catch (Fault e) {
            sandbox.update(now -> now.withResources(before.overhead(), before.resources()));
            throw e.in("cannot update pod sandbox " + sandbox.id());
        }
        plugins.postUpdatePodSandbox(sandbox);
    }
}
