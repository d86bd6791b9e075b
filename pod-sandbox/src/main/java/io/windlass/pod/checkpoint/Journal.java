package io.windlass.pod.checkpoint;

import io.windlass.fault.Fault;
import io.windlass.pod.model.PodSandboxId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Which pods are being saved, and into which folders: what a daemon that starts has to thaw and to remove. Thread-safe. */
public final class Journal {
    private final Path folder;

    public Journal(Path folder) {
        this.folder = folder;
    }

    /** Before the first of it is made: whole folders or files. One checkpoint of a pod at a time. */
    void begin(PodSandboxId pod, List<Path> made) {
        Folders.make(folder);
        try {
            Files.write(
                    folder.resolve(pod.value()),
                    made.stream().map(Path::toString).toList());
        } catch (IOException e) {
            throw Fault.internal("cannot note the checkpoint of pod sandbox " + pod + ": " + e, e);
        }
    }

    /** It is done, or the last of it is gone. */
    void end(PodSandboxId pod) {
        try {
            Files.deleteIfExists(folder.resolve(pod.value()));
        } catch (IOException e) {
            throw Fault.internal("cannot note the end of the checkpoint of pod sandbox " + pod + ": " + e, e);
        }
    }

    /** The pods whose saving was cut off. */
    public List<PodSandboxId> pods() {
        return Folders.entries(folder).stream()
                .map(entry -> String.valueOf(entry.getFileName()))
                .filter(PodSandboxId::isValid)
                .map(PodSandboxId::new)
                .toList();
    }

    /** Removes what was made so far. */
    public void undo(PodSandboxId pod) {
        try {
            for (String made : Files.readAllLines(folder.resolve(pod.value()))) {
                Folders.remove(Path.of(made));
            }
        } catch (IOException e) {
            throw Fault.internal("cannot read what the checkpoint of pod sandbox " + pod + " had made: " + e, e);
        }
        end(pod);
    }
}
