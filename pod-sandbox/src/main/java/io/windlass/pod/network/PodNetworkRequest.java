package io.windlass.pod.network;

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
        Dns dns,
        Map<String, String> annotations) {
    public PodNetworkRequest {
        portMappings = List.copyOf(portMappings);
        annotations = Map.copyOf(annotations);
    }

    /** The smallest request: no host ports, no DNS settings. */
    public static PodNetworkRequest of(String podId, String name, String namespace, Path namespacePin) {
        return new PodNetworkRequest(podId, name, namespace, "", namespacePin, name, "", List.of(), Dns.NONE, Map.of());
    }

    public PodNetworkRequest withPortMappings(List<PortMapping> mappings) {
        return new PodNetworkRequest(
                podId, name, namespace, uid, namespacePin, hostname, cgroupParent, mappings, dns, annotations);
    }

    /** The pod's resolver settings, which some networks take part in. */
    public record Dns(List<String> servers, List<String> searches, List<String> options) {
        public static final Dns NONE = new Dns(List.of(), List.of(), List.of());

        public Dns {
            servers = List.copyOf(servers);
            searches = List.copyOf(searches);
            options = List.copyOf(options);
        }
    }
}
