package io.windlass.pod.checkpoint;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.fault.Rollback;
import io.windlass.linux.cgroup.Cgroup;
import io.windlass.linux.cgroup.Freezer;
import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.NamespaceOptions;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.rootfs.RootfsProvider;
import io.windlass.pod.store.Container;
import io.windlass.runtime.shim.PodShim;
import io.windlass.runtime.shim.ShimStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Saves containers of one pod as they are at one moment: all are frozen, then each is saved, then all go on. Thread-safe; one
 * checkpoint of a pod at a time.
 *
 * <p>Whatever fails, and also when this daemon is killed, the containers go on: the shim thaws them at the daemon's end, and
 * the next daemon thaws them once more and removes what was written so far.
 */
public final class Checkpoints {
    /** How long processes may take to stand still. */
    private static final Duration FREEZING = Duration.ofSeconds(10);

    private final Shims shims;
    private final PodCgroups cgroups;
    private final RootfsProvider rootfs;
    private final Criu criu;
    private final Journal journal;
    private final Path processes;
    private final Map<PodSandboxId, ReentrantLock> running = new ConcurrentHashMap<>();

    /** @param processes where processes are looked at: /proc */
    public Checkpoints(
            Shims shims, PodCgroups cgroups, RootfsProvider rootfs, Criu criu, Journal journal, Path processes) {
        this.shims = shims;
        this.cgroups = cgroups;
        this.rootfs = rootfs;
        this.criu = criu;
        this.journal = journal;
        this.processes = processes;
    }

    /** Refuses, by name, what cannot be saved. */
    public void check(Container container) {
        criu.program();
        if (!(container.state() instanceof ContainerState.Running)) {
            throw Fault.precondition("it is %s, not running"
                    .formatted(container.state().kind().name().toLowerCase(Locale.ROOT)));
        }
        if (container.definition().config().tty()) {
            throw Fault.unimplemented("a container with a terminal (tty) cannot be restored, and so is not saved");
        }
        NamespaceOptions namespaces =
                container.definition().config().securityContext().namespaceOptions();
        if (namespaces.pid() != NamespaceMode.CONTAINER) {
            throw Fault.unimplemented(
                    "its namespace_options.pid is " + namespaces.pid()
                            + "; only a container with a PID namespace of its own (CONTAINER) can be restored, and so is saved");
        }
        if (namespaces.ownUser().isPresent()) {
            throw Fault.unimplemented(
                    "a container with a user namespace (userns_options) cannot be restored, and so is not saved");
        }
    }

    /**
     * Saves containers that passed {@link #check}: all archives are there afterwards, or none.
     *
     * @param staging made and removed here, with all that was made on the way
     * @param extra what else is of the same moment
     */
    public void save(PodSandboxId pod, List<Saved> containers, Path staging, Duration timeout, Extra extra) {
        ReentrantLock lock = running.computeIfAbsent(pod, _ -> new ReentrantLock());
        if (!lock.tryLock()) {
            throw Fault.precondition("pod sandbox " + pod + " is being saved already");
        }
        try {
            List<Path> made = new ArrayList<>(List.of(staging));
            containers.forEach(saved -> made.add(saved.archive));
            made.addAll(extra.files());
            journal.begin(pod, made);
            try (Rollback rollback = new Rollback("save containers of pod sandbox " + pod)) {
                rollback.onFailure("remove what was written", () -> journal.undo(pod));
                Folders.make(staging);
                saveAll(pod, containers, staging, System.nanoTime() + timeout.toNanos(), extra);
                Folders.remove(staging);
                rollback.commit();
            }
            journal.end(pod);
        } finally {
            running.remove(pod, lock);
            lock.unlock();
        }
    }

    private void saveAll(PodSandboxId pod, List<Saved> containers, Path staging, long deadline, Extra extra) {
        PodShim shim = shims.of(pod);
        List<Freezer> freezers =
                containers.stream().map(saved -> freezer(saved.container)).toList();
        List<CheckpointFolder> folders = containers.stream()
                .map(saved -> new CheckpointFolder(
                        staging.resolve(saved.container.id().value())))
                .toList();
        folders.forEach(folder -> Folders.make(folder.images()));
        try (FrozenGroups _ = FrozenGroups.freeze(shim, freezers, shorter(FREEZING, deadline))) {
            for (int i = 0; i < containers.size(); i++) {
                dump(shim, containers.get(i).container, freezers.get(i), folders.get(i), deadline);
            }
            extra.whileFrozen(staging);
        }
        for (int i = 0; i < containers.size(); i++) {
            pack(containers.get(i), folders.get(i), staging);
        }
        extra.finish(staging);
    }

    /** Runs {@code work} while a running container is frozen; not while its pod is being saved. */
    public void hold(Container container, Runnable work) {
        PodSandboxId pod = container.definition().sandboxId();
        ReentrantLock lock = running.computeIfAbsent(pod, _ -> new ReentrantLock());
        if (!lock.tryLock()) {
            throw Fault.precondition("pod sandbox " + pod + " is being saved; try again when that is done");
        }
        try (FrozenGroups _ = FrozenGroups.freeze(shims.of(pod), List.of(freezer(container)), FREEZING)) {
            work.run();
        } finally {
            running.remove(pod, lock);
            lock.unlock();
        }
    }

    private Freezer freezer(Container container) {
        Cgroup group = cgroups.find(container.definition().cgroupPath())
                .orElseThrow(() -> Fault.precondition("container " + container.id() + " has no cgroup any more"));
        return group.freezer();
    }

    private void dump(PodShim shim, Container container, Freezer freezer, CheckpointFolder folder, long deadline) {
        if (!(container.state() instanceof ContainerState.Running running)) {
            throw Fault.precondition("container " + container.id() + " has ended meanwhile");
        }
        long pid = running.process().pid();
        ProcessView process = ProcessView.read(processes.resolve(Long.toString(pid)));
        List<String> command = criu.dump(pid, freezer.directory(), process, folder.images(), folder.dumpLog());
        int exitCode = run(shim, container, command, deadline);
        if (exitCode != 0) {
            throw new Fault(
                    FaultKind.INTERNAL,
                    "criu dump of container %s ended with status %d: %s"
                            .formatted(container.id(), exitCode, CriuLog.errors(folder.dumpLog())));
        }
        rootfs.saveChanges(container.id(), folder.changes());
        folder.describe(container, process);
        keepLog(container, folder);
    }

    /** Returns the exit code; a caller who gives up takes the program with him. */
    private static int run(PodShim shim, Container container, List<String> command, long deadline) {
        try (ShimStream stream = shim.runOnHost("checkpoint-" + container.id().value(), command)) {
            int exitCode = -1;
            while (true) {
                Optional<ShimStream.Frame> frame = next(stream, deadline);
                if (frame.isEmpty()) {
                    stream.killTree();
                    throw new Fault(
                            FaultKind.DEADLINE_EXCEEDED,
                            "criu dump of container " + container.id() + " was not done in time and was killed");
                }
                switch (frame.get()) {
                    case ShimStream.Frame.Exited(int code, int _) -> exitCode = code;
                    case ShimStream.Frame.End() -> {
                        return exitCode;
                    }
                    default -> {
                        // What it has to say is in its log.
                    }
                }
            }
        }
    }

    private static Optional<ShimStream.Frame> next(ShimStream stream, long deadline) {
        try {
            return stream.read(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        } catch (Fault e) {
            if (e.kind() == FaultKind.CANCELLED) {
                // The kill needs a thread that may wait.
                boolean interrupted = Thread.interrupted();
                stream.killTree();
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            throw e;
        }
    }

    private static void keepLog(Container container, CheckpointFolder folder) {
        Path log = Path.of(container.definition().logPath());
        if (!Files.isRegularFile(log)) {
            return;
        }
        try {
            Files.copy(log, folder.containerLog());
        } catch (IOException e) {
            throw Fault.internal("cannot copy the log " + log + ": " + e, e);
        }
    }

    /** Whole or not at all: the archive appears under its name when nothing can fail any more. */
    private void pack(Saved saved, CheckpointFolder folder, Path staging) {
        Path packed = staging.resolve(saved.container.id().value() + ".tar");
        rootfs.archives().pack(folder.folder(), packed);
        try {
            Files.setPosixFilePermissions(packed, PosixFilePermissions.fromString("rw-------"));
            Files.move(packed, saved.archive);
        } catch (IOException e) {
            throw Fault.internal("cannot write the archive " + saved.archive + ": " + e, e);
        }
    }

    private static Duration shorter(Duration limit, long deadline) {
        Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
        return left.compareTo(limit) < 0 ? left : limit;
    }

    /** A container and the file that its archive becomes, on the filesystem of the staging folder. */
    public record Saved(Container container, Path archive) {}

    /** What belongs to a checkpoint beside its containers. */
    public interface Extra {
        Extra NONE = new Extra() {};

        /** The files that {@link #finish} makes. */
        default List<Path> files() {
            return List.of();
        }

        /** Saves into the staging folder what is of the same moment. */
        default void whileFrozen(Path staging) {}

        /** Makes the files, when all archives are there. */
        default void finish(Path staging) {}
    }
}
