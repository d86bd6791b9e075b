package io.windlass.pod;

import io.windlass.fault.Fault;
import io.windlass.linux.SyscallException;
import io.windlass.pod.checkpoint.Journal;
import io.windlass.pod.checkpoint.Restorations;
import io.windlass.pod.container.ContainerEnd;
import io.windlass.pod.container.ContainerExits;
import io.windlass.pod.container.ContainerProcess;
import io.windlass.pod.lifecycle.HookBundles;
import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.lifecycle.PodFolders;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.ProcessIdentity;
import io.windlass.pod.network.PodNetwork;
import io.windlass.pod.quota.ContainerQuotas;
import io.windlass.pod.rootfs.RootfsProvider;
import io.windlass.pod.sandbox.SandboxEnd;
import io.windlass.pod.sandbox.ShimEvents;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.ContainerDefinition;
import io.windlass.pod.store.Intent;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import io.windlass.runtime.shim.ExitRecord;
import io.windlass.runtime.shim.PodShim;
import io.windlass.runtime.shim.ShimContainer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes the store and the machine agree when a daemon starts: what was half-made is undone, what ended meanwhile is recorded
 * with its exit code, living shims are taken over again, and what nobody knows any more is removed. Runs once, before requests.
 */
public final class Recover {
    private static final System.Logger LOG = System.getLogger(Recover.class.getName());

    private final PodStore store;
    private final Shims shims;
    private final PodFolders folders;
    private final HookBundles bundles;
    private final RootfsProvider rootfs;
    private final ContainerQuotas quotas;
    private final PodNetwork network;
    private final ContainerEnd containerEnd;
    private final ContainerExits exits;
    private final SandboxEnd sandboxEnd;
    private final ShimEvents shimEvents;
    private final PodCgroups cgroups;
    private final Journal journal;
    private final Restorations restorations;

    Recover(
            PodStore store,
            Shims shims,
            PodFolders folders,
            HookBundles bundles,
            RootfsProvider rootfs,
            ContainerQuotas quotas,
            PodNetwork network,
            ContainerEnd containerEnd,
            ContainerExits exits,
            SandboxEnd sandboxEnd,
            ShimEvents shimEvents,
            PodCgroups cgroups,
            Journal journal,
            Restorations restorations) {
        this.store = store;
        this.shims = shims;
        this.folders = folders;
        this.bundles = bundles;
        this.rootfs = rootfs;
        this.quotas = quotas;
        this.network = network;
        this.containerEnd = containerEnd;
        this.exits = exits;
        this.sandboxEnd = sandboxEnd;
        this.shimEvents = shimEvents;
        this.cgroups = cgroups;
        this.journal = journal;
        this.restorations = restorations;
    }

    /** A thing that cannot be put right now is logged and left as it is known, for stop and remove to try again. */
    public void run() {
        folders.create();
        List<Sandbox> withoutShim = new ArrayList<>();
        for (Sandbox sandbox : store.sandboxes()) {
            if (sandbox.ready() && !shims.connect(sandbox.id())) {
                withoutShim.add(sandbox);
            }
        }
        endCheckpoints();
        undoIntents();
        store.containers()
                .forEach(container -> attempt("recover container " + container.id(), () -> recover(container)));
        attempt("look at the counters of cgroups", exits::recovered);
        withoutShim.forEach(sandbox -> shimEvents.giveUp(sandbox, "it did not survive the daemon's absence"));
        removeUnknown();
        attempt(
                "put project quotas in order",
                () -> quotas.converge(id -> store.findContainer(id.value()).isPresent()));
        folders.list().forEach(this::endHooks);
        attempt("put the pod network in order", () -> network.converge(networkedPods()));
    }

    private void undoIntents() {
        List<Intent> intents = new ArrayList<>(store.intents());
        // Containers before the sandboxes that they are in.
        intents.sort(Comparator.comparing(Intent::kind).reversed());
        for (Intent intent : intents) {
            attempt("undo the making of " + intent.kind() + " " + intent.id(), () -> {
                switch (intent.kind()) {
                    case CONTAINER -> containerEnd.undo(intent);
                    case SANDBOX -> sandboxEnd.undo(intent);
                }
            });
        }
    }

    private void recover(Container container) {
        ContainerState before = container.state();
        if (before instanceof ContainerState.Exited) {
            return;
        }
        Optional<ExitRecord> exit =
                ExitRecord.read(folders.exitFile(container.definition().sandboxId(), container.id()));
        if (exit.isPresent()) {
            exits.record(container, exit.get());
            return;
        }
        Optional<ShimContainer> started =
                before instanceof ContainerState.Created ? started(container) : Optional.empty();
        if (started.isPresent()) {
            ProcessIdentity process =
                    new ProcessIdentity(started.get().pid(), started.get().startTime());
            container.update(now -> now.withState(new ContainerState.Running(process, Instant.now())));
            finishStart(container, process);
        } else if (!ContainerProcess.lives(before)) {
            exits.recordUnknown(
                    container, Instant.now(), "cannot know how it ended: its process is gone and left no exit record");
        }
    }

    /** Hooks that the start had not come to; one that fails ends the container. */
    private void finishStart(Container container, ProcessIdentity process) {
        ContainerDefinition definition = container.definition();
        try {
            bundles.poststart(definition.sandboxId(), container.id(), definition.spec(), process.pid());
        } catch (Fault e) {
            LOG.log(System.Logger.Level.ERROR, "ending container " + container.id() + ": " + e.getMessage(), e);
            containerEnd.kill(container);
        }
    }

    /** Hooks of deletions that an earlier daemon had not come to the end of. */
    private void endHooks(PodSandboxId sandbox) {
        for (ContainerId id : bundles.list(sandbox)) {
            Optional<Container> container = store.findContainer(id.value());
            attempt("run the poststop hooks of container " + id, () -> {
                if (container.isEmpty()) {
                    containerEnd.endHooks(sandbox, id);
                } else if (bundles.deleted(sandbox, id)) {
                    bundles.poststop(sandbox, id, container.get().definition().spec());
                }
            });
        }
    }

    /** The daemon may have ended between a start and its recording; a restored container has another process since then. */
    private Optional<ShimContainer> started(Container container) {
        return shims.find(container.definition().sandboxId())
                .flatMap(shim -> shim.list().stream()
                        .filter(known ->
                                known.containerId().equals(container.id().value())
                                        && known.state() == ShimContainer.State.RUNNING)
                        .findFirst());
    }

    /** Containers that were being saved when the last daemon ended go on, and what was written of them is removed. */
    private void endCheckpoints() {
        for (PodSandboxId pod : journal.pods()) {
            attempt("end the checkpoint of pod sandbox " + pod, () -> {
                for (Container container : store.containersOf(pod)) {
                    cgroups.find(container.definition().cgroupPath())
                            .ifPresent(group -> group.freezer().thaw());
                }
                journal.undo(pod);
            });
        }
    }

    /** Only what lies in this daemon's own folders is looked at, and so nothing of another daemon's. */
    private void removeUnknown() {
        for (ContainerId id : rootfs.list()) {
            if (store.findContainer(id.value()).isEmpty()) {
                attempt("remove the writable layer of unknown container " + id, () -> rootfs.remove(id));
            }
        }
        for (ContainerId id : restorations.list()) {
            if (store.findContainer(id.value()).isEmpty()) {
                attempt("remove the checkpoint of unknown container " + id, () -> restorations.forget(id));
            }
        }
        for (PodSandboxId id : folders.list()) {
            if (store.findSandbox(id.value()).isEmpty()) {
                attempt("remove unknown pod sandbox " + id, () -> removeUnknown(id));
            }
        }
    }

    private void removeUnknown(PodSandboxId id) {
        if (shims.connect(id)) {
            PodShim shim = shims.of(id);
            for (ShimContainer container : shim.list()) {
                containerEnd.endUnknown(id, ContainerId.of(container.containerId()));
            }
        }
        bundles.list(id).forEach(container -> containerEnd.endHooks(id, container));
        sandboxEnd.release(id);
        sandboxEnd.dismantle(id, "");
    }

    private Set<String> networkedPods() {
        return store.sandboxes().stream()
                .filter(sandbox -> sandbox.ready() && !sandbox.definition().hostNetwork())
                .map(sandbox -> sandbox.id().value())
                .collect(Collectors.toSet());
    }

    private static void attempt(String what, Runnable work) {
        try {
            work.run();
        } catch (Fault | SyscallException e) {
            LOG.log(System.Logger.Level.ERROR, "cannot " + what + ": " + e.getMessage(), e);
        }
    }
}
