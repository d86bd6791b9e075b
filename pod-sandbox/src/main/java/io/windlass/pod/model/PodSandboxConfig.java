package io.windlass.pod.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a sandbox is made from (CRI {@code PodSandboxConfig}). */
public record PodSandboxConfig(
        PodSandboxMetadata metadata,
        String hostname,
        String logDirectory,
        Optional<DnsConfig> dnsConfig,
        List<PortMapping> portMappings,
        Map<String, String> labels,
        Map<String, String> annotations,
        LinuxPodSandboxConfig linux) {
    public PodSandboxConfig {
        portMappings = List.copyOf(portMappings);
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }

    public PodSandboxConfig withLinux(LinuxPodSandboxConfig next) {
        return new PodSandboxConfig(
                metadata, hostname, logDirectory, dnsConfig, portMappings, labels, annotations, next);
    }
}
