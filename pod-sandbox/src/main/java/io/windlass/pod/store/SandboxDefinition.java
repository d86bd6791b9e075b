package io.windlass.pod.store;

import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.NamespaceOptions;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.SelinuxLabels;
import io.windlass.runtime.shim.PodNamespace;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What never changes about a sandbox once it is made.
 *
 * @param cgroupParent the group its containers lie in, below each hierarchy's root
 * @param ownsCgroupParent whether that group is ours to remove with the sandbox
 * @param selinux the labels that its containers begin with; absent where nothing is labelled
 */
public record SandboxDefinition(
        PodSandboxId id,
        PodSandboxConfig config,
        String runtimeHandler,
        Instant createdAt,
        String cgroupParent,
        boolean ownsCgroupParent,
        Optional<SelinuxLabels> selinux) {
    /** The same with other limits in its configuration. */
    public SandboxDefinition withResources(
            Optional<LinuxContainerResources> overhead, Optional<LinuxContainerResources> resources) {
        return new SandboxDefinition(
                id,
                config.withLinux(config.linux().withResources(overhead, resources)),
                runtimeHandler,
                createdAt,
                cgroupParent,
                ownsCgroupParent,
                selinux);
    }

    public SandboxDefinition withSelinux(Optional<SelinuxLabels> labels) {
        return new SandboxDefinition(id, config, runtimeHandler, createdAt, cgroupParent, ownsCgroupParent, labels);
    }

    public NamespaceOptions namespaces() {
        return config.linux().securityContext().namespaceOptions();
    }

    public boolean hostNetwork() {
        return namespaces().network() == NamespaceMode.NODE;
    }

    /** What the pod has of its own; the UTS namespace goes with the network's, as the node's name belongs to its network. */
    public Set<PodNamespace> ownNamespaces() {
        Set<PodNamespace> own = EnumSet.noneOf(PodNamespace.class);
        if (namespaces().network() == NamespaceMode.POD) {
            own.add(PodNamespace.NET);
            own.add(PodNamespace.UTS);
        }
        if (namespaces().ipc() == NamespaceMode.POD) {
            own.add(PodNamespace.IPC);
        }
        if (namespaces().pid() == NamespaceMode.POD) {
            own.add(PodNamespace.PID);
        }
        if (namespaces().ownUser().isPresent()) {
            own.add(PodNamespace.USER);
        }
        return own;
    }
}
