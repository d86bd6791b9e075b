package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.checkpoint.Restorations;
import io.windlass.pod.events.PodEvent;
import io.windlass.pod.lifecycle.Exclusively;
import io.windlass.pod.lifecycle.HookBundles;
import io.windlass.pod.lifecycle.PluginCalls;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.ProcessIdentity;
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
    private final Restorations restorations;

    public StartContainer(
            PodStore store,
            Shims shims,
            ContainerEnd end,
            ContainerExits exits,
            HookBundles bundles,
            PluginCalls plugins,
            Announcements announcements,
            Timelines timelines,
            Restorations restorations) {
        this.store = store;
        this.shims = shims;
        this.end = end;
        this.exits = exits;
        this.bundles = bundles;
        this.plugins = plugins;
        this.announcements = announcements;
        this.timelines = timelines;
        this.restorations = restorations;
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
        boolean restored = restorations.pending(container.id());
        try {
            timelines.started(container.id(), shim.start(container.id().value()));
        } catch (Fault e) {
            Fault reason = restored ? explained(container, e) : e;
            if (e.kind() != FaultKind.CANCELLED && e.kind() != FaultKind.UNAVAILABLE) {
                exits.recordFailedStart(container, startedAt, reason.getMessage());
            }
            throw reason.in("cannot start container " + container.id());
        }
        ProcessIdentity process = restored ? restoredProcess(shim, container, created.process()) : created.process();
        container.update(now -> now.state() instanceof ContainerState.Created
                ? now.withState(new ContainerState.Running(process, startedAt))
                : now);
        restorations.forget(container.id());
        runHooks(container, process, startedAt);
        announcements.container(PodEvent.Type.STARTED, container, startedAt);
        plugins.postStartContainer(container);
    }

    /** As the runtime specification has it, a hook that fails ends the container. */
    private void runHooks(Container container, ProcessIdentity process, Instant at) {
        ContainerDefinition definition = container.definition();
        try {
            bundles.poststart(definition.sandboxId(), container.id(), definition.spec(), process.pid());
        } catch (Fault e) {
            end.killProcesses(container);
            exits.recordFailedStart(container, at, e.getMessage());
            throw e.in("cannot start container " + container.id());
        }
    }

    /** The shim only knows that the program that restores has failed; that has written why. */
    private Fault explained(Container container, Fault e) {
        return new Fault(e.kind(), e.getMessage() + ": " + restorations.explain(container.id()), e);
    }

    /** The one that stood at the barrier has made it, and is gone. */
    private static ProcessIdentity restoredProcess(PodShim shim, Container container, ProcessIdentity maker) {
        return shim.list().stream()
                .filter(known -> known.containerId().equals(container.id().value()))
                .findFirst()
                .map(known -> new ProcessIdentity(known.pid(), known.startTime()))
                .orElse(maker);
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
