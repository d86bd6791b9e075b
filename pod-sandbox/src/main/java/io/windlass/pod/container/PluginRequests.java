package io.windlass.pod.container;

import io.windlass.pod.lifecycle.PluginCalls;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.plugin.ContainerChange;
import io.windlass.pod.plugin.ContainerView;
import io.windlass.pod.plugin.PluginTarget;
import io.windlass.pod.plugin.PodView;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import java.time.Duration;
import java.util.List;

/** Answers what plugins ask of pods and containers by themselves. Thread-safe. */
public final class PluginRequests implements PluginTarget {
    private static final System.Logger LOG = System.getLogger(PluginRequests.class.getName());

    private final PodStore store;
    private final PluginCalls plugins;
    private final ContainerChanges changes;
    private final StopContainer stopContainer;

    public PluginRequests(PodStore store, PluginCalls plugins, ContainerChanges changes, StopContainer stopContainer) {
        this.store = store;
        this.plugins = plugins;
        this.changes = changes;
        this.stopContainer = stopContainer;
    }

    @Override
    public List<PodView> pods() {
        return store.sandboxes().stream()
                .filter(Sandbox::ready)
                .map(plugins::view)
                .toList();
    }

    @Override
    public List<ContainerView> containers() {
        return store.containers().stream()
                .filter(PluginRequests::alive)
                .map(PluginCalls::view)
                .toList();
    }

    private static boolean alive(Container container) {
        return container.state() instanceof ContainerState.Created
                || container.state() instanceof ContainerState.Running;
    }

    @Override
    public List<ContainerChange> update(List<ContainerChange> asked) {
        return changes.apply(asked);
    }

    @Override
    public void evict(String containerId, String reason) {
        LOG.log(System.Logger.Level.WARNING, "stopping container {0}: evicted by a plugin: {1}", containerId, reason);
        stopContainer.stop(containerId, Duration.ZERO);
    }
}
