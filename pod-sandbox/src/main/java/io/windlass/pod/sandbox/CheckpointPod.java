package io.windlass.pod.sandbox;

import io.windlass.fault.Fault;
import io.windlass.pod.checkpoint.Checkpoints;
import io.windlass.pod.checkpoint.Folders;
import io.windlass.pod.checkpoint.PodDump;
import io.windlass.pod.lifecycle.Exclusively;
import io.windlass.pod.lifecycle.PodFolders;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.rootfs.Archives;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import io.windlass.runtime.shim.PodNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Saves containers of a pod, all as they are at one moment, into a folder (CRI {@code CheckpointPod}). Thread-safe. */
public final class CheckpointPod {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final PodStore store;
    private final Checkpoints checkpoints;
    private final PodFolders folders;
    private final Archives archives;

    public CheckpointPod(PodStore store, Checkpoints checkpoints, PodFolders folders, Archives archives) {
        this.store = store;
        this.checkpoints = checkpoints;
        this.folders = folders;
        this.archives = archives;
    }

    /**
     * @param outputPath an empty folder; empty again when it fails
     * @param containerIds running containers of the pod, at least one
     * @param options none are known
     */
    public void checkpoint(String id, String outputPath, List<String> containerIds, Map<String, String> options) {
        Sandbox sandbox = store.sandbox(id);
        try {
            refuse(options);
            Path output = emptyFolder(outputPath);
            List<Container> containers = containers(sandbox, containerIds);
            Exclusively.run(
                    sandbox.lifecycle().readLock(),
                    "checkpoint pod sandbox " + sandbox.id(),
                    () -> holdingAll(sorted(containers), 0, () -> save(sandbox, containers, output)));
        } catch (Fault e) {
            throw e.in("cannot checkpoint pod sandbox " + sandbox.id());
        }
    }

    static void refuse(Map<String, String> options) {
        options.keySet().stream().sorted().findFirst().ifPresent(key -> {
            throw Fault.invalid("options has the key '" + key + "', which no runtime handler knows");
        });
    }

    private static Path emptyFolder(String outputPath) {
        Path output = Path.of(outputPath);
        if (!output.isAbsolute() || !Files.isDirectory(output)) {
            throw Fault.invalid("output_path '" + outputPath + "' is no absolute path of a folder");
        }
        if (!Folders.entries(output).isEmpty()) {
            throw Fault.precondition("output_path " + outputPath + " is not empty");
        }
        return output;
    }

    private List<Container> containers(Sandbox sandbox, List<String> ids) {
        if (ids.isEmpty()) {
            throw Fault.invalid("container_ids is empty");
        }
        List<Container> containers = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (String id : ids) {
            Container container = store.container(id);
            if (!container.definition().sandboxId().equals(sandbox.id())) {
                throw Fault.invalid("container_ids has " + container.id() + ", which is in another pod");
            }
            if (containers.contains(container)) {
                throw Fault.invalid("container_ids has " + container.id() + " twice");
            }
            if (!names.add(container.definition().config().metadata().name())) {
                throw Fault.invalid("container_ids has two containers of the name "
                        + container.definition().config().metadata().name());
            }
            containers.add(container);
        }
        return containers;
    }

    /** In one order always, so that two checkpoints at once do not wait for each other. */
    private static List<Container> sorted(List<Container> containers) {
        return containers.stream()
                .sorted(Comparator.comparing(container -> container.id().value()))
                .toList();
    }

    private static void holdingAll(List<Container> containers, int from, Runnable work) {
        if (from == containers.size()) {
            work.run();
            return;
        }
        Container next = containers.get(from);
        Exclusively.run(
                next.operations(), "checkpoint container " + next.id(), () -> holdingAll(containers, from + 1, work));
    }

    private void save(Sandbox sandbox, List<Container> containers, Path output) {
        if (!sandbox.ready()) {
            throw Fault.precondition("it is not ready");
        }
        List<Checkpoints.Saved> saved = new ArrayList<>();
        List<PodDump.Entry> entries = new ArrayList<>();
        for (Container container : containers) {
            try {
                checkpoints.check(container);
            } catch (Fault e) {
                throw e.in("container " + container.id());
            }
            String archive = container.id().value() + ".tar";
            saved.add(new Checkpoints.Saved(container, output.resolve(archive)));
            entries.add(
                    new PodDump.Entry(container.definition().config().metadata().name(), archive));
        }
        PodSandboxConfig config = sandbox.definition().config();
        PodDump dump = new PodDump(PodDump.VERSION, config, entries);
        checkpoints.save(sandbox.id(), saved, output.resolve(".saving"), LIMIT, new OfPod(sandbox, dump, output));
    }

    /** The pod's shared memory, and what describes the whole. */
    private final class OfPod implements Checkpoints.Extra {
        private final Sandbox sandbox;
        private final PodDump dump;
        private final Path output;

        OfPod(Sandbox sandbox, PodDump dump, Path output) {
            this.sandbox = sandbox;
            this.dump = dump;
            this.output = output;
        }

        @Override
        public List<Path> files() {
            return List.of(PodDump.in(output), PodDump.sharedMemory(output));
        }

        @Override
        public void whileFrozen(Path staging) {
            if (sandbox.definition().ownNamespaces().contains(PodNamespace.IPC)) {
                archives.pack(folders.sharedMemory(sandbox.id()), PodDump.sharedMemory(staging));
            }
        }

        @Override
        public void finish(Path staging) {
            try {
                if (Files.exists(PodDump.sharedMemory(staging))) {
                    Files.move(PodDump.sharedMemory(staging), PodDump.sharedMemory(output));
                }
                Path described = PodDump.in(staging);
                dump.write(described);
                Files.setPosixFilePermissions(described, PosixFilePermissions.fromString("rw-------"));
                // The last of all: a folder without it is no checkpoint.
                Files.move(described, PodDump.in(output));
            } catch (IOException e) {
                throw Fault.internal("cannot write into " + output + ": " + e, e);
            }
        }
    }
}
