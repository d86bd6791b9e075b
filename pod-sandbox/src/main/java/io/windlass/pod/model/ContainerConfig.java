package io.windlass.pod.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a container is made from (CRI {@code ContainerConfig}).
 *
 * @param resources absent when the request has no Linux resources
 * @param stopSignal absent for the wire's SIGNAL_RUNTIME_DEFAULT
 */
public record ContainerConfig(
        ContainerMetadata metadata,
        ImageSpec image,
        List<String> command,
        List<String> args,
        String workingDir,
        List<EnvironmentVariable> envs,
        List<Mount> mounts,
        List<Device> devices,
        Map<String, String> labels,
        Map<String, String> annotations,
        String logPath,
        boolean stdin,
        boolean stdinOnce,
        boolean tty,
        Optional<LinuxContainerResources> resources,
        LinuxContainerSecurityContext securityContext,
        List<CdiDevice> cdiDevices,
        Optional<Signal> stopSignal) {
    public ContainerConfig {
        command = List.copyOf(command);
        args = List.copyOf(args);
        envs = List.copyOf(envs);
        mounts = List.copyOf(mounts);
        devices = List.copyOf(devices);
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        cdiDevices = List.copyOf(cdiDevices);
    }
}
