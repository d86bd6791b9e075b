package io.windlass.pod.lifecycle;

import io.windlass.fault.Fault;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.runtime.shim.PodNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** Where the files of pods lie below the daemon's state folder. */
public record PodFolders(Path state) {
    private static final int ATTEMPTS = 5;

    public Path pods() {
        return state.resolve("pods");
    }

    public Path pod(PodSandboxId id) {
        return pods().resolve(id.value());
    }

    /** Where the shim pins a namespace of the pod. */
    public Path namespace(PodSandboxId id, PodNamespace namespace) {
        return pod(id).resolve("ns").resolve(namespace.fileName());
    }

    /** The pod's /dev/shm. */
    public Path sharedMemory(PodSandboxId id) {
        return pod(id).resolve("shm");
    }

    /** A file that the pod's containers find below /etc. */
    public Path etc(PodSandboxId id, String name) {
        return pod(id).resolve(name);
    }

    /** Where the exit record of a container is written. */
    public Path exitFile(PodSandboxId sandbox, ContainerId container) {
        return pod(sandbox).resolve("exits").resolve(container.value());
    }

    /** The bundles of the pod's containers that have hooks. */
    Path bundles(PodSandboxId sandbox) {
        return pod(sandbox).resolve("bundles");
    }

    /** The bundle of a container that has hooks. */
    public Path bundle(PodSandboxId sandbox, ContainerId container) {
        return bundles(sandbox).resolve(container.value());
    }

    /** An empty folder on which each container attaches its root for the moment of pivot_root, in its own mount namespace. */
    public Path attachPoint() {
        return state.resolve("attach");
    }

    /** Makes the folders that all pods share. */
    public void create() {
        make(pods());
        make(attachPoint());
    }

    /** Makes a pod's folder with what is expected in it. */
    public void create(PodSandboxId id) {
        make(pod(id).resolve("exits"));
    }

    /** Makes a folder that users of pods may pass through, and what leads to it. */
    void make(Path folder) {
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
        } catch (IOException e) {
            throw Fault.internal("cannot make folder " + folder + ": " + e.getMessage(), e);
        }
    }

    /** The pods that have a folder. */
    public List<PodSandboxId> list() {
        try (Stream<Path> entries = Files.list(pods())) {
            return entries.map(entry -> String.valueOf(entry.getFileName()))
                    .filter(PodSandboxId::isValid)
                    .map(PodSandboxId::new)
                    .toList();
        } catch (IOException e) {
            throw Fault.internal("cannot list " + pods() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Removes a pod's folder; nothing may be mounted in it any more. Idempotent. A shim that is ending takes its own files
     * away at the same time, so that what was just seen may be gone.
     */
    public void remove(PodSandboxId id) {
        remove(pod(id));
    }

    void remove(Path folder) {
        IOException last = new IOException("it was filled again and again");
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                delete(folder);
                return;
            } catch (IOException e) {
                last = e;
            }
        }
        throw Fault.internal("cannot remove folder " + folder + ": " + last, last);
    }

    private static void delete(Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            List<Path> entries;
            try (Stream<Path> listing = Files.list(path)) {
                entries = listing.toList();
            } catch (NoSuchFileException e) {
                return;
            }
            for (Path entry : entries) {
                delete(entry);
            }
        }
        Files.deleteIfExists(path);
    }
}
