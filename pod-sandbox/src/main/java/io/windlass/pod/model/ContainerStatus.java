package io.windlass.pod.model;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A container as seen at one moment.
 *
 * @param imageRef the image in use, by digest where it has one
 * @param imageId the image's id
 * @param logPath absolute, or empty without a log
 * @param resources the limits in force
 * @param diskMessage what of its quotas is full, while it has not ended; empty when nothing is
 */
public record ContainerStatus(
        ContainerId id,
        PodSandboxId sandboxId,
        ContainerMetadata metadata,
        ContainerState state,
        Instant createdAt,
        ImageSpec image,
        String imageRef,
        String imageId,
        Map<String, String> labels,
        Map<String, String> annotations,
        List<Mount> mounts,
        String logPath,
        Optional<LinuxContainerResources> resources,
        ContainerUser user,
        Signal stopSignal,
        String diskMessage) {
    public ContainerStatus {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        mounts = List.copyOf(mounts);
    }

    public ContainerStatus withDiskMessage(String message) {
        return new ContainerStatus(
                id,
                sandboxId,
                metadata,
                state,
                createdAt,
                image,
                imageRef,
                imageId,
                labels,
                annotations,
                mounts,
                logPath,
                resources,
                user,
                stopSignal,
                message);
    }
}
