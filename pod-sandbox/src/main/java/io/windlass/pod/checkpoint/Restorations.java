package io.windlass.pod.checkpoint;

import io.windlass.fault.Fault;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ImageSpec;
import io.windlass.pod.rootfs.Archives;
import io.windlass.runtime.shim.Restoration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Checkpoints that were unpacked for containers that are not started yet, in folders by the container's id. Thread-safe.
 *
 * <p>They lie on disk and not with the pod's other files in memory, because they hold the memory of processes.
 */
public final class Restorations {
    private final Path folder;
    private final Criu criu;
    private final Archives archives;
    private final Path attachPoint;

    /** @param attachPoint where the tree of a container is attached while it is made */
    public Restorations(Path folder, Criu criu, Archives archives, Path attachPoint) {
        this.folder = folder;
        this.criu = criu;
        this.archives = archives;
        this.attachPoint = attachPoint;
    }

    /** The archive that a request names in place of an image: no image's name is an absolute path. */
    public static Optional<Path> archive(ImageSpec image) {
        return image.image().startsWith("/") ? Optional.of(Path.of(image.image())) : Optional.empty();
    }

    /** Unpacks an archive for a container, and reads what it says. */
    public CheckpointFolder.Checkpoint prepare(ContainerId id, Path archive) {
        criu.program();
        if (!Files.isRegularFile(archive)) {
            throw Fault.notFound("there is no checkpoint archive " + archive);
        }
        Path own = of(id);
        Folders.make(own.resolve("discarded"));
        Folders.make(checkpoint(id).folder());
        archives.unpack(archive, checkpoint(id).folder(), own.resolve("discarded"));
        try {
            return checkpoint(id).read();
        } catch (Fault e) {
            throw e.in("cannot restore from " + archive);
        }
    }

    /** Where {@link #prepare} has unpacked. */
    public CheckpointFolder checkpoint(ContainerId id) {
        return new CheckpointFolder(of(id).resolve("unpacked"));
    }

    /** How the shim makes the container's processes. */
    public Restoration restoration(ContainerId id, CheckpointFolder.Checkpoint checkpoint) {
        Path processFile = of(id).resolve("pid");
        return new Restoration(
                criu.restore(checkpoint.process(), attachPoint, checkpoint(id).images(), log(id), processFile),
                processFile);
    }

    /** Whether a container, when it is started, is restored. */
    public boolean pending(ContainerId id) {
        return Files.isDirectory(of(id));
    }

    /** Why it could not be restored. */
    public String explain(ContainerId id) {
        return CriuLog.errors(log(id));
    }

    /** Idempotent. */
    public void forget(ContainerId id) {
        Folders.remove(of(id));
    }

    /** The containers that have a folder. */
    public List<ContainerId> list() {
        return Folders.entries(folder).stream()
                .map(entry -> String.valueOf(entry.getFileName()))
                .filter(ContainerId::isValid)
                .map(ContainerId::of)
                .toList();
    }

    private Path of(ContainerId id) {
        return folder.resolve(id.value());
    }

    private Path log(ContainerId id) {
        return of(id).resolve("restore.log");
    }
}
