package io.windlass.pod.plugin;

import java.util.List;

/** What plugins may ask of the pods by themselves. Thread-safe. */
public interface PluginTarget {
    /** The ready sandboxes. Consistent with {@link #containers} while no operation holds {@link PodPlugins#hold}. */
    List<PodView> pods();

    /** The containers that are created or running. */
    List<ContainerView> containers();

    /** Applies the changes; returns those that failed. */
    List<ContainerChange> update(List<ContainerChange> changes);

    /** Stops a container at once, for the reason given. */
    void evict(String containerId, String reason);
}
