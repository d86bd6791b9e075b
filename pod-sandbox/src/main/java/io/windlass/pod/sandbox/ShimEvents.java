package io.windlass.pod.sandbox;

import io.windlass.fault.Fault;
import io.windlass.pod.container.Announcements;
import io.windlass.pod.container.ContainerEnd;
import io.windlass.pod.container.ContainerExits;
import io.windlass.pod.events.PodEvent;
import io.windlass.pod.lifecycle.PluginCalls;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.SandboxState;
import io.windlass.pod.plugin.PodPlugins;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import io.windlass.runtime.shim.ShimEvent;
import java.time.Instant;

/** Takes note of what shims tell: containers that ended, logs that could not be written, shims that are lost. Thread-safe. */
public final class ShimEvents implements Shims.Listener {
    private static final System.Logger LOG = System.getLogger(ShimEvents.class.getName());

    private final PodStore store;
    private final Shims shims;
    private final ContainerExits exits;
    private final ContainerEnd containers;
    private final PluginCalls plugins;
    private final Announcements announcements;

    public ShimEvents(
            PodStore store,
            Shims shims,
            ContainerExits exits,
            ContainerEnd containers,
            PluginCalls plugins,
            Announcements announcements) {
        this.store = store;
        this.shims = shims;
        this.exits = exits;
        this.containers = containers;
        this.plugins = plugins;
        this.announcements = announcements;
    }

    @Override
    public void onEvent(PodSandboxId sandbox, ShimEvent event) {
        switch (event) {
            case ShimEvent.ContainerExited exited -> exits.ended(ContainerId.of(exited.containerId()), exited.exit());
            case ShimEvent.LogWriteFailed failed ->
                LOG.log(
                        System.Logger.Level.WARNING,
                        "cannot write log of container {0}: {1}",
                        failed.containerId(),
                        failed.detail());
            case ShimEvent.ShimLost lost ->
                Thread.ofVirtual().name("lost shim " + sandbox).start(() -> onLost(sandbox, lost.reason()));
        }
    }

    /** A pod that is being stopped has its shim ended on purpose; one that nobody knows is being undone. */
    private void onLost(PodSandboxId id, String reason) {
        store.findSandbox(id.value()).ifPresent(sandbox -> {
            try (PodPlugins.Hold _ = plugins.hold()) {
                sandbox.lifecycle().writeLock().lock();
                try {
                    if (sandbox.ready() && shims.find(id).isPresent()) {
                        shims.forget(id);
                        if (!shims.connect(id)) {
                            endWithoutShim(sandbox, reason);
                        }
                    }
                } finally {
                    sandbox.lifecycle().writeLock().unlock();
                }
            }
        });
    }

    /** Nobody looks after the pod's containers any more: they end, and kubelet makes the pod anew. */
    public void giveUp(Sandbox sandbox, String reason) {
        try (PodPlugins.Hold _ = plugins.hold()) {
            endWithoutShim(sandbox, reason);
        }
    }

    private void endWithoutShim(Sandbox sandbox, String reason) {
        LOG.log(System.Logger.Level.ERROR, "the shim of pod sandbox {0} is gone: {1}", sandbox.id(), reason);
        Instant now = Instant.now();
        sandbox.update(condition -> condition.withState(new SandboxState.NotReady(now, "its shim is gone: " + reason)));
        for (Container container : store.containersOf(sandbox.id())) {
            try {
                containers.kill(container);
            } catch (Fault e) {
                LOG.log(System.Logger.Level.ERROR, e.getMessage(), e);
            }
        }
        announcements.sandbox(PodEvent.Type.STOPPED, sandbox.id(), now);
        plugins.stopPodSandbox(sandbox);
    }
}
