package io.windlass.pod.model;

import java.util.Map;
import java.util.Optional;

/** The Linux part of a sandbox's configuration; an empty {@code cgroupParent} means the daemon's own group. */
public record LinuxPodSandboxConfig(
        String cgroupParent,
        LinuxSandboxSecurityContext securityContext,
        Map<String, String> sysctls,
        Optional<LinuxContainerResources> overhead,
        Optional<LinuxContainerResources> resources) {
    /** What a request means that says nothing. */
    public static final LinuxPodSandboxConfig DEFAULT = new LinuxPodSandboxConfig(
            "", LinuxSandboxSecurityContext.DEFAULT, Map.of(), Optional.empty(), Optional.empty());

    public LinuxPodSandboxConfig {
        sysctls = Map.copyOf(sysctls);
    }

    public LinuxPodSandboxConfig withResources(
            Optional<LinuxContainerResources> nextOverhead, Optional<LinuxContainerResources> nextResources) {
        return new LinuxPodSandboxConfig(cgroupParent, securityContext, sysctls, nextOverhead, nextResources);
    }
}
