package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.checkpoint.Checkpoints;
import io.windlass.pod.lifecycle.Exclusively;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Saves a running container, which goes on, into an archive (CRI {@code CheckpointContainer}). Thread-safe. */
public final class CheckpointContainer {
    private static final Duration USUAL = Duration.ofMinutes(10);

    private final PodStore store;
    private final Checkpoints checkpoints;

    public CheckpointContainer(PodStore store, Checkpoints checkpoints) {
        this.store = store;
        this.checkpoints = checkpoints;
    }

    /**
     * @param location the archive, which must not be there yet
     * @param timeout for the processes to be saved; zero: ten minutes
     */
    public void checkpoint(String id, String location, Duration timeout) {
        Container container = store.container(id);
        try {
            Exclusively.run(
                    container.operations(),
                    "checkpoint container " + container.id(),
                    () -> save(container, location, timeout.isZero() ? USUAL : timeout));
        } catch (Fault e) {
            throw e.in("cannot checkpoint container " + container.id());
        }
    }

    private void save(Container container, String location, Duration timeout) {
        Path archive = archive(location);
        checkpoints.check(container);
        PodSandboxId pod = container.definition().sandboxId();
        // Beside the archive, so that the finished one only has to get its name.
        Path staging = archive.resolveSibling(".windlass-" + container.id().value());
        List<Checkpoints.Saved> saved = List.of(new Checkpoints.Saved(container, archive));
        checkpoints.save(pod, saved, staging, timeout, Checkpoints.Extra.NONE);
    }

    private static Path archive(String location) {
        Path archive = Path.of(location);
        if (!archive.isAbsolute() || archive.getParent() == null) {
            throw Fault.invalid("location '" + location + "' is no absolute path of a file");
        }
        if (!Files.isDirectory(archive.getParent())) {
            throw Fault.precondition("the folder of location " + location + " is not there");
        }
        if (Files.exists(archive, LinkOption.NOFOLLOW_LINKS)) {
            throw new Fault(FaultKind.ALREADY_EXISTS, "location " + location + " is there already");
        }
        return archive;
    }
}
