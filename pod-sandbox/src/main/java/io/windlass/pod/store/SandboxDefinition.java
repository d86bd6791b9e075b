package io.windlass.pod.store;

import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.NamespaceOptions;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.model.PodSandboxId;
import java.time.Instant;

/**
 * What never changes about a sandbox once it is made.
 *
 * @param cgroupParent the group its containers lie in, below each hierarchy's root
 * @param ownsCgroupParent whether that group is ours to remove with the sandbox
 */
public record SandboxDefinition(
        PodSandboxId id,
        PodSandboxConfig config,
        String runtimeHandler,
        Instant createdAt,
        String cgroupParent,
        boolean ownsCgroupParent) {
    public NamespaceOptions namespaces() {
        return config.linux().securityContext().namespaceOptions();
    }

    public boolean hostNetwork() {
        return namespaces().network() == NamespaceMode.NODE;
    }
}
