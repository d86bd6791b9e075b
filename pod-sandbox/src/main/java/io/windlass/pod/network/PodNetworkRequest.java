package io.windlass.pod.network;

import io.windlass.pod.model.DnsConfig;
import io.windlass.pod.model.PortMapping;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a network needs to know about a pod.
 *
 * @param podId the sandbox id, 64 hex digits
 * @param namespacePin where the pod's network namespace is bind-mounted
 * @param cgroupParent empty when the pod has none
 */
public record PodNetworkRequest(
        String podId,
        String name,
        String namespace,
        String uid,
        Path namespacePin,
        String hostname,
        String cgroupParent,
        List<PortMapping> portMappings,
        DnsConfig dns,
        Map<String, String> annotations) {
    private static final DnsConfig NO_DNS = new DnsConfig(List.of(), List.of(), List.of());

    public PodNetworkRequest {
        portMappings = List.copyOf(portMappings);
        annotations = Map.copyOf(annotations);
    }

    /** The smallest request: no host ports, no DNS settings. */
    public static PodNetworkRequest of(String podId, String name, String namespace, Path namespacePin) {
        return new PodNetworkRequest(podId, name, namespace, "", namespacePin, name, "", List.of(), NO_DNS, Map.of());
    }

    public PodNetworkRequest withPortMappings(List<PortMapping> mappings) {
        return new PodNetworkRequest(
                podId, name, namespace, uid, namespacePin, hostname, cgroupParent, mappings, dns, annotations);
    }
}
