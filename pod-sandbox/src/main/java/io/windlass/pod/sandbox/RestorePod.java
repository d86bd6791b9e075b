package io.windlass.pod.sandbox;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.fault.Rollback;
import io.windlass.pod.checkpoint.Folders;
import io.windlass.pod.checkpoint.PodDump;
import io.windlass.pod.container.CreateContainer;
import io.windlass.pod.lifecycle.PodFolders;
import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.PodSandboxMetadata;
import io.windlass.pod.rootfs.Archives;
import io.windlass.pod.store.PodStore;
import io.windlass.runtime.shim.PodNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a pod of what {@link CheckpointPod} saved (CRI {@code RestorePod}): its containers are created, and go on where they
 * were when they are started. Thread-safe.
 */
public final class RestorePod {
    private final PodStore store;
    private final RunPodSandbox running;
    private final RemovePodSandbox removing;
    private final CreateContainer creating;
    private final PodFolders folders;
    private final Archives archives;

    public RestorePod(
            PodStore store,
            RunPodSandbox running,
            RemovePodSandbox removing,
            CreateContainer creating,
            PodFolders folders,
            Archives archives) {
        this.store = store;
        this.running = running;
        this.removing = removing;
        this.creating = creating;
        this.folders = folders;
        this.archives = archives;
    }

    /**
     * The whole pod, or none of it.
     *
     * @param checkpointPath the folder, which is only read
     * @param config as saved; uid, attempt, cgroup parent, log folder and what else belongs to a node may differ
     * @param options none are known
     * @param containerConfigs one for each container of the checkpoint
     */
    public Restored restore(
            String checkpointPath,
            PodSandboxConfig config,
            String runtimeHandler,
            Map<String, String> options,
            List<ContainerConfig> containerConfigs) {
        try {
            CheckpointPod.refuse(options);
            Path folder = Path.of(checkpointPath);
            if (!folder.isAbsolute() || !Files.isDirectory(folder)) {
                throw Fault.invalid("checkpoint_path '" + checkpointPath + "' is no absolute path of a folder");
            }
            PodDump dump = PodDump.read(folder);
            check(config, dump.config());
            return restore(folder, config, runtimeHandler, pair(dump, containerConfigs));
        } catch (Fault e) {
            throw e.in("cannot restore pod sandbox " + config.metadata() + " from " + checkpointPath);
        }
    }

    private void check(PodSandboxConfig config, PodSandboxConfig saved) {
        PodSandboxMetadata asked = config.metadata();
        boolean same = asked.name().equals(saved.metadata().name())
                && asked.namespace().equals(saved.metadata().namespace());
        if (!same) {
            throw Fault.invalid("config.metadata is " + asked + ", but the checkpoint is of " + saved.metadata());
        }
        if (!config.linux()
                .securityContext()
                .namespaceOptions()
                .equals(saved.linux().securityContext().namespaceOptions())) {
            throw Fault.invalid("config.linux.security_context.namespace_options are not those of the checkpoint");
        }
        if (store.sandboxes().stream()
                .anyMatch(sandbox -> sandbox.definition().config().metadata().equals(asked))) {
            throw new Fault(FaultKind.ALREADY_EXISTS, "there is a pod sandbox of that name; remove it first");
        }
    }

    private static List<Pair> pair(PodDump dump, List<ContainerConfig> configs) {
        Map<String, ContainerConfig> byName = new HashMap<>();
        for (ContainerConfig config : configs) {
            if (byName.put(config.metadata().name(), config) != null) {
                throw Fault.invalid("container_configs has two for container "
                        + config.metadata().name());
            }
        }
        List<Pair> pairs = new ArrayList<>();
        for (PodDump.Entry entry : dump.containers()) {
            ContainerConfig config = byName.remove(entry.name());
            if (config == null) {
                throw Fault.invalid("container_configs has none for container " + entry.name() + " of the checkpoint");
            }
            pairs.add(new Pair(entry.archive(), config));
        }
        byName.keySet().stream().findFirst().ifPresent(name -> {
            throw Fault.invalid("container_configs has one for container " + name + ", which the checkpoint has not");
        });
        return pairs;
    }

    private Restored restore(Path folder, PodSandboxConfig config, String runtimeHandler, List<Pair> pairs) {
        try (Rollback rollback = new Rollback("restore pod sandbox " + config.metadata())) {
            PodSandboxId id = running.run(config, runtimeHandler);
            rollback.onFailure("remove what there is of the pod", () -> removing.remove(id.value()));
            fillSharedMemory(id, PodDump.sharedMemory(folder));
            Map<String, ContainerId> containers = new HashMap<>();
            for (Pair pair : pairs) {
                containers.put(
                        pair.config.metadata().name(), creating.restore(id, pair.config, folder.resolve(pair.archive)));
            }
            rollback.commit();
            return new Restored(id, containers);
        }
    }

    private void fillSharedMemory(PodSandboxId id, Path archive) {
        boolean own = store.sandbox(id.value()).definition().ownNamespaces().contains(PodNamespace.IPC);
        if (!own || !Files.isRegularFile(archive)) {
            return;
        }
        Path discarded = folders.sharedMemory(id).resolve(".windlass-discarded");
        Folders.make(discarded);
        archives.unpack(archive, folders.sharedMemory(id), discarded);
        Folders.remove(discarded);
    }

    private record Pair(String archive, ContainerConfig config) {}

    /** The pod and its containers by their names. */
    public record Restored(PodSandboxId sandbox, Map<String, ContainerId> containers) {
        public Restored {
            containers = Map.copyOf(containers);
        }
    }
}
