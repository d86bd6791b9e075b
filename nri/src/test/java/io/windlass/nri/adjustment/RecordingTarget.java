package io.windlass.nri.adjustment;

import io.windlass.pod.plugin.ContainerChange;
import io.windlass.pod.plugin.ContainerView;
import io.windlass.pod.plugin.PluginTarget;
import io.windlass.pod.plugin.PodView;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** Writes down what plugins ask for; has the pods and containers that a test gives it. */
public final class RecordingTarget implements PluginTarget {
    private final String unknown;
    private final List<ContainerChange> updated = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> evicted = new LinkedBlockingQueue<>();
    private volatile List<PodView> pods = List.of();
    private volatile List<ContainerView> containers = List.of();

    /** @param unknown the container whose updates fail */
    public RecordingTarget(String unknown) {
        this.unknown = unknown;
    }

    public void has(List<PodView> somePods, List<ContainerView> someContainers) {
        pods = somePods;
        containers = someContainers;
    }

    @Override
    public List<PodView> pods() {
        return pods;
    }

    @Override
    public List<ContainerView> containers() {
        return containers;
    }

    @Override
    public List<ContainerChange> update(List<ContainerChange> changes) {
        updated.addAll(changes);
        return changes.stream()
                .filter(change -> change.containerId().equals(unknown))
                .toList();
    }

    @Override
    public void evict(String containerId, String reason) {
        evicted.add(containerId + ": " + reason);
    }

    public List<ContainerChange> updated() {
        return updated;
    }

    /** Waits for the next one. */
    public String evicted() throws InterruptedException {
        return evicted.take();
    }
}
