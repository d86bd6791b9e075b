package io.windlass.pod.container;

import io.windlass.pod.events.PodEvent;
import io.windlass.pod.lifecycle.Exclusively;
import io.windlass.pod.lifecycle.HookBundles;
import io.windlass.pod.lifecycle.PluginCalls;
import io.windlass.pod.plugin.PodPlugins;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.ContainerDefinition;
import io.windlass.pod.store.PodStore;
import java.time.Instant;

/** Removes a container, killing it first where it runs (CRI {@code RemoveContainer}). Idempotent; thread-safe. */
public final class RemoveContainer {
    private final PodStore store;
    private final ContainerEnd end;
    private final HookBundles bundles;
    private final PluginCalls plugins;
    private final Announcements announcements;
    private final Timelines timelines;

    public RemoveContainer(
            PodStore store,
            ContainerEnd end,
            HookBundles bundles,
            PluginCalls plugins,
            Announcements announcements,
            Timelines timelines) {
        this.store = store;
        this.end = end;
        this.bundles = bundles;
        this.plugins = plugins;
        this.announcements = announcements;
        this.timelines = timelines;
    }

    /** Of an unknown container: nothing to do, no error. */
    public void remove(String id) {
        store.findContainer(id).ifPresent(this::remove);
    }

    /** What cannot be taken away now keeps the container known, so that another call can go on. */
    public void remove(Container container) {
        try (PodPlugins.Hold _ = plugins.hold()) {
            Exclusively.run(container.operations(), "remove container " + container.id(), () -> removeOnce(container));
        }
    }

    private void removeOnce(Container container) {
        if (store.findContainer(container.id().value()).isEmpty()) {
            return;
        }
        end.kill(container);
        end.awaitTold(container);
        ContainerDefinition definition = container.definition();
        end.dismantle(definition.sandboxId(), container.id(), definition.cgroupPath());
        bundles.poststop(definition.sandboxId(), container.id(), definition.spec());
        store.remove(container);
        bundles.remove(definition.sandboxId(), container.id());
        timelines.forget(container.id());
        announcements.container(PodEvent.Type.DELETED, container, Instant.now());
        plugins.removeContainer(container);
    }
}
