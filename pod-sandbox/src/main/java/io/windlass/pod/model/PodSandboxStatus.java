package io.windlass.pod.model;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A sandbox as seen at one moment; its addresses are empty with the node's network. */
public record PodSandboxStatus(
        PodSandboxId id,
        PodSandboxMetadata metadata,
        SandboxState state,
        Instant createdAt,
        List<InetAddress> addresses,
        NamespaceOptions namespaceOptions,
        Map<String, String> labels,
        Map<String, String> annotations,
        String runtimeHandler) {
    public PodSandboxStatus {
        addresses = List.copyOf(addresses);
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }
}
