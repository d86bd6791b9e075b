package io.windlass.pod.sandbox;

import io.windlass.pod.lifecycle.PodFolders;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.ContainerStatus;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.model.PodSandboxStatus;
import io.windlass.pod.model.SelinuxLabels;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.RecordJson;
import io.windlass.pod.store.Sandbox;
import io.windlass.pod.store.SandboxDefinition;
import io.windlass.runtime.shim.PodShim;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Answers what is known of one sandbox (CRI {@code PodSandboxStatus}) from memory. Thread-safe. */
public final class PodSandboxStatusQuery {
    private final PodStore store;
    private final Shims shims;
    private final PodFolders folders;

    public PodSandboxStatusQuery(PodStore store, Shims shims, PodFolders folders) {
        this.store = store;
        this.shims = shims;
        this.folders = folders;
    }

    /** The id may be a prefix that only one sandbox has. */
    public PodSandboxStatus status(String id) {
        return store.sandbox(id).status();
    }

    /** All containers of the sandbox. */
    public List<ContainerStatus> containers(String id) {
        return store.containersOf(store.sandbox(id).id()).stream()
                .map(Container::status)
                .toList();
    }

    /** JSON texts by name, for the verbose answer. */
    public Map<String, String> info(String id) {
        Sandbox sandbox = store.sandbox(id);
        SandboxDefinition definition = sandbox.definition();
        Map<String, String> pins = new TreeMap<>();
        definition
                .ownNamespaces()
                .forEach(namespace -> pins.put(
                        namespace.fileName(),
                        folders.namespace(sandbox.id(), namespace).toString()));
        return Map.of(
                "info",
                RecordJson.write(new Details(
                        shims.find(sandbox.id()).map(PodShim::pid).orElse(0L),
                        definition.cgroupParent(),
                        pins,
                        definition.runtimeHandler(),
                        sandbox.overhead(),
                        sandbox.resources(),
                        definition.selinux(),
                        definition.config())));
    }

    private record Details(
            long pid,
            String cgroupParent,
            Map<String, String> namespaces,
            String runtimeHandler,
            Optional<LinuxContainerResources> overhead,
            Optional<LinuxContainerResources> resources,
            Optional<SelinuxLabels> selinux,
            PodSandboxConfig config) {}
}
