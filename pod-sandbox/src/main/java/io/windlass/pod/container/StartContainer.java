package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.events.PodEvent;
import io.windlass.pod.lifecycle.Exclusively;
import io.windlass.pod.lifecycle.HookBundles;
import io.windlass.pod.lifecycle.PluginCalls;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.plugin.PodPlugins;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.ContainerDefinition;
import io.windlass.pod.store.PodStore;
import io.windlass.runtime.shim.PodShim;
import java.time.Instant;

/** Lets a created container run (CRI {@code StartContainer}). Thread-safe. */
public final class StartContainer {
    private final PodStore store;
    private final Shims shims;
    private final ContainerEnd end;
    private final ContainerExits exits;
    private final HookBundles bundles;
    private final PluginCalls plugins;
    private final Announcements announcements;
    private final Timelines timelines;

    public StartContainer(
            PodStore store,
            Shims shims,
            ContainerEnd end,
            ContainerExits exits,
            HookBundles bundles,
            PluginCalls plugins,
            Announcements announcements,
            Timelines timelines) {
        this.store = store;
        this.shims = shims;
        this.end = end;
        this.exits = exits;
        this.bundles = bundles;
        this.plugins = plugins;
        this.announcements = announcements;
        this.timelines = timelines;
    }

    public void start(String id) {
        Container container = store.container(id);
        try (PodPlugins.Hold _ = plugins.hold()) {
            Exclusively.run(container.operations(), "start container " + container.id(), () -> {
                exits.holdBack(container.id());
                try {
                    begin(container);
                } finally {
                    exits.release(container);
                }
            });
        }
    }

    private void begin(Container container) {
        if (!(container.state() instanceof ContainerState.Created created)) {
            throw Faults.state("start", container, "created");
        }
        PodShim shim = shims.of(container.definition().sandboxId());
        Instant startedAt = Instant.now();
        askPlugins(container, startedAt);
        try {
            timelines.started(container.id(), shim.start(container.id().value()));
        } catch (Fault e) {
            if (e.kind() != FaultKind.CANCELLED && e.kind() != FaultKind.UNAVAILABLE) {
                exits.recordFailedStart(container, startedAt, e.getMessage());
            }
            throw e.in("cannot start container " + container.id());
        }
        container.update(now -> now.state() instanceof ContainerState.Created
                ? now.withState(new ContainerState.Running(created.process(), startedAt))
                : now);
        runHooks(container, created, startedAt);
        announcements.container(PodEvent.Type.STARTED, container, startedAt);
        plugins.postStartContainer(container);
    }

    /** As the runtime specification has it, a hook that fails ends the container. */
    private void runHooks(Container container, ContainerState.Created created, Instant at) {
        ContainerDefinition definition = container.definition();
        try {
            bundles.poststart(
                    definition.sandboxId(),
                    container.id(),
                    definition.spec(),
                    created.process().pid());
        } catch (Fault e) {
            end.killProcesses(container);
            exits.recordFailedStart(container, at, e.getMessage());
            throw e.in("cannot start container " + container.id());
        }
    }

    /** A container that plugins do not let run has ended, as one that could not be executed. */
    private void askPlugins(Container container, Instant at) {
        try {
            plugins.startContainer(container);
        } catch (Fault e) {
            end.killProcesses(container);
            exits.recordFailedStart(container, at, e.getMessage());
            throw e.in("cannot start container " + container.id());
        }
    }
}
