package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.checkpoint.Restorations;
import io.windlass.pod.lifecycle.HookBundles;
import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.lifecycle.PodFolders;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.Signal;
import io.windlass.pod.quota.ContainerQuotas;
import io.windlass.pod.rootfs.RootfsProvider;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.Intent;
import io.windlass.pod.store.PodStore;
import io.windlass.runtime.shim.ExitRecord;
import io.windlass.runtime.shim.PodShim;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;

/** Makes containers end for good: kills, waits, and takes away what they were made of. Thread-safe. */
public final class ContainerEnd {
    private static final Duration AFTER_KILL = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(2);

    private final PodStore store;
    private final Shims shims;
    private final PodCgroups cgroups;
    private final PodFolders folders;
    private final RootfsProvider rootfs;
    private final ContainerQuotas quotas;
    private final HookBundles bundles;
    private final ContainerExits exits;
    private final Restorations restorations;

    public ContainerEnd(
            PodStore store,
            Shims shims,
            PodCgroups cgroups,
            PodFolders folders,
            RootfsProvider rootfs,
            ContainerQuotas quotas,
            HookBundles bundles,
            ContainerExits exits,
            Restorations restorations) {
        this.store = store;
        this.shims = shims;
        this.cgroups = cgroups;
        this.folders = folders;
        this.rootfs = rootfs;
        this.quotas = quotas;
        this.bundles = bundles;
        this.exits = exits;
        this.restorations = restorations;
    }

    /** Kills everything in the container and returns once its end is recorded. Does nothing for one that has ended. */
    public void kill(Container container) {
        if (container.state() instanceof ContainerState.Exited) {
            return;
        }
        killProcesses(container);
        Instant deadline = Instant.now().plus(AFTER_KILL);
        try {
            while (!container.awaitExit(POLL)) {
                recordFromFile(container);
                if (Instant.now().isAfter(deadline)) {
                    throw new Fault(
                            FaultKind.DEADLINE_EXCEEDED,
                            "cannot stop container %s: it has not ended %d s after SIGKILL"
                                    .formatted(container.id(), AFTER_KILL.toSeconds()));
                }
            }
        } catch (InterruptedException e) {
            throw Faults.cancelled("stop", container, e);
        }
    }

    /** Returns once everyone who takes part in the container's life has heard of its end. */
    public void awaitTold(Container container) {
        try {
            container.awaitEndTold();
        } catch (InterruptedException e) {
            throw Faults.cancelled("stop", container, e);
        }
    }

    /** Events may be late or, without a shim, never come: the record on disk is as good. */
    private void recordFromFile(Container container) {
        ExitRecord.read(folders.exitFile(container.definition().sandboxId(), container.id()))
                .ifPresentOrElse(exit -> exits.record(container, exit), () -> {
                    if (shims.find(container.definition().sandboxId()).isEmpty()
                            && !ContainerProcess.lives(container.state())) {
                        exits.recordUnknown(container, Instant.now(), "it ended without leaving an exit record");
                    }
                });
    }

    /** Kills everything in the container without waiting for its end. */
    void killProcesses(Container container) {
        killProcesses(
                container.definition().sandboxId(),
                container.id(),
                container.definition().cgroupPath());
    }

    private void killProcesses(PodSandboxId sandbox, ContainerId id, String cgroupPath) {
        shims.find(sandbox)
                .ifPresent(shim -> ignoringAbsence(() -> shim.signal(id.value(), Signal.KILL.number(), true)));
        cgroups.kill(cgroupPath);
    }

    /** Takes away everything that was made for a container, known or half-made, that has no live process. Idempotent. */
    public void dismantle(PodSandboxId sandbox, ContainerId id, String cgroupPath) {
        shims.find(sandbox).ifPresent(shim -> forget(shim, id));
        cgroups.remove(cgroupPath);
        rootfs.remove(id);
        quotas.release(id);
        restorations.forget(id);
        try {
            Files.deleteIfExists(folders.exitFile(sandbox, id));
        } catch (IOException e) {
            throw Fault.internal("cannot remove the exit record of container " + id + ": " + e.getMessage(), e);
        }
    }

    /** Undoes the making of a container that nobody has seen, whatever stage it had reached. Idempotent. */
    public void undo(Intent intent) {
        ContainerId id = ContainerId.of(intent.id());
        killProcesses(intent.sandboxId(), id, intent.cgroupPath());
        dismantle(intent.sandboxId(), id, intent.cgroupPath());
        endHooks(intent.sandboxId(), id);
        store.forgetIntent(intent.id());
    }

    /** The hooks of the deletion of a container that is not in the store, and the end of its bundle. */
    public void endHooks(PodSandboxId sandbox, ContainerId id) {
        bundles.poststop(sandbox, id);
        bundles.remove(sandbox, id);
    }

    /** Ends a container that a shim knows and the store does not; its group is not known either. */
    public void endUnknown(PodSandboxId sandbox, ContainerId id) {
        shims.find(sandbox).ifPresent(shim -> {
            ignoringAbsence(() -> shim.signal(id.value(), Signal.KILL.number(), true));
            forget(shim, id);
        });
        rootfs.remove(id);
    }

    /** The shim refuses to forget a container until it has seen its end, which comes soon after the kill. */
    private static void forget(PodShim shim, ContainerId id) {
        Instant deadline = Instant.now().plus(AFTER_KILL);
        while (true) {
            try {
                shim.delete(id.value());
                return;
            } catch (Fault e) {
                if (e.kind() == FaultKind.NOT_FOUND || e.kind() == FaultKind.UNAVAILABLE) {
                    return;
                }
                if (e.kind() != FaultKind.FAILED_PRECONDITION || Instant.now().isAfter(deadline)) {
                    throw e;
                }
                pause(id, e);
            }
        }
    }

    private static void pause(ContainerId id, Fault reason) {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(
                    FaultKind.CANCELLED, "cannot wait for the end of container " + id + ": " + reason.getMessage(), e);
        }
    }

    private static void ignoringAbsence(Runnable work) {
        try {
            work.run();
        } catch (Fault e) {
            boolean gone = e.kind() == FaultKind.NOT_FOUND
                    || e.kind() == FaultKind.UNAVAILABLE
                    || e.kind() == FaultKind.FAILED_PRECONDITION;
            if (!gone) {
                throw e;
            }
        }
    }
}
