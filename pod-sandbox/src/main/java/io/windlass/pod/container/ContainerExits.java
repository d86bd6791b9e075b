package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.linux.cgroup.Cgroup;
import io.windlass.pod.events.PodEvent;
import io.windlass.pod.lifecycle.PluginCalls;
import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.quota.ContainerQuotas;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.ContainerCondition;
import io.windlass.pod.store.PodStore;
import io.windlass.runtime.shim.ExitRecord;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Records how containers ended. Thread-safe.
 *
 * <p>The end of a container that is just being started may be heard of before the answer to its start: it is held back
 * until the start is recorded, so that every container that ran is seen running first.
 */
public final class ContainerExits {
    private static final System.Logger LOG = System.getLogger(ContainerExits.class.getName());

    static final String OUT_OF_MEMORY = "OOMKilled";

    private final PodStore store;
    private final PodCgroups cgroups;
    private final ContainerQuotas quotas;
    private final Announcements announcements;
    private final PluginCalls plugins;
    private final ContainerChanges changes;
    private final MemoryKills memoryKills;
    private final Map<ContainerId, Optional<ExitRecord>> heldBack = new ConcurrentHashMap<>();

    public ContainerExits(
            PodStore store,
            PodCgroups cgroups,
            ContainerQuotas quotas,
            Announcements announcements,
            PluginCalls plugins,
            ContainerChanges changes) {
        this.store = store;
        this.cgroups = cgroups;
        this.quotas = quotas;
        this.announcements = announcements;
        this.plugins = plugins;
        this.changes = changes;
        this.memoryKills = new MemoryKills(store, cgroups);
    }

    /** A container's first process ended; of one that nobody sees yet, or any more, nothing is recorded. */
    public void ended(ContainerId id, ExitRecord exit) {
        if (heldBack.computeIfPresent(id, (_, _) -> Optional.of(exit)) == null) {
            store.findContainer(id.value()).ifPresent(container -> record(container, exit));
        }
    }

    /** From now on until {@link #release}, an end of this container is kept back. */
    void holdBack(ContainerId id) {
        heldBack.put(id, Optional.empty());
    }

    void release(Container container) {
        Optional<ExitRecord> exit = heldBack.remove(container.id());
        if (exit != null) {
            exit.ifPresent(ended -> record(container, ended));
        }
    }

    /** To be called when the ends of all containers that an earlier daemon has left are recorded. */
    public void recovered() {
        memoryKills.forgetThePast();
    }

    /** Records an end once; later ones change nothing. */
    public void record(Container container, ExitRecord exit) {
        if (container.state() instanceof ContainerState.Exited) {
            return;
        }
        boolean outOfMemory = clearCgroup(container) && exit.exitCode() != 0;
        String reason = outOfMemory ? OUT_OF_MEMORY : exit.exitCode() == 0 ? "Completed" : "Error";
        // Nobody knows whether that is why it failed, but whoever looks for the reason wants to know.
        String full = exit.exitCode() == 0 ? "" : quotas.message(container.id());
        exit(container, exit.exitedAt(), exit.exitCode(), reason, full);
    }

    /** Records an end that left no record of itself. */
    public void recordUnknown(Container container, Instant noticed, String message) {
        clearCgroup(container);
        exit(container, noticed, 255, "Unknown", message);
    }

    void recordFailedStart(Container container, Instant at, String message) {
        exit(container, at, 128, "StartError", message);
    }

    private void exit(Container container, Instant at, int code, String reason, String message) {
        ContainerCondition before = container.condition();
        ContainerCondition after = container.update(now -> now.state() instanceof ContainerState.Exited
                ? now
                : now.withState(new ContainerState.Exited(startedAt(now.state()), at, code, reason, message)));
        if (!after.equals(before)) {
            announcements.container(PodEvent.Type.STOPPED, container, at);
            Thread.ofVirtual().name("end of " + container.id()).start(() -> tellPlugins(container));
        }
    }

    /** Whoever waits for the end sees it at once, however long plugins take; a removal waits for them. */
    private void tellPlugins(Container container) {
        try {
            changes.apply(plugins.stopContainer(container));
        } catch (Fault e) {
            LOG.log(System.Logger.Level.WARNING, "cannot tell plugins of the end of container " + container.id(), e);
        } finally {
            container.endTold();
        }
    }

    private static Optional<Instant> startedAt(ContainerState state) {
        return switch (state) {
            case ContainerState.Running running -> Optional.of(running.startedAt());
            case ContainerState.Exited exited -> exited.startedAt();
            case ContainerState.Created _, ContainerState.Unknown _ -> Optional.empty();
        };
    }

    /**
     * Kills what outlived the first process (it can, where the PID namespace is shared), and tells whether the kernel killed
     * anything of the container for lack of memory.
     */
    private boolean clearCgroup(Container container) {
        try {
            cgroups.find(container.definition().cgroupPath())
                    .filter(Cgroup::populated)
                    .ifPresent(Cgroup::kill);
            return memoryKills.of(container) > 0;
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "cannot inspect cgroup of container " + container.id() + ": " + e.getMessage(),
                    e);
            return false;
        }
    }
}
