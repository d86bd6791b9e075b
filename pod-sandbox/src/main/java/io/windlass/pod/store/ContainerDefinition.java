package io.windlass.pod.store;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerUser;
import io.windlass.pod.model.Mount;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.SelinuxLabels;
import io.windlass.pod.model.Signal;
import io.windlass.runtime.oci.Linux;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Spec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What never changes about a container once it is made.
 *
 * @param spec the OCI document it was made from
 * @param cgroupPath its group, below each hierarchy's root
 * @param logPath absolute; empty without a log
 * @param volumeImages the ids of the images that it mounts, by container_path
 */
public record ContainerDefinition(
        ContainerId id,
        PodSandboxId sandboxId,
        ContainerConfig config,
        Instant createdAt,
        String imageId,
        String imageReference,
        ContainerUser user,
        Signal stopSignal,
        String cgroupPath,
        String logPath,
        Map<String, String> volumeImages,
        @JsonIgnore Spec spec) {
    public ContainerDefinition {
        volumeImages = Map.copyOf(volumeImages);
    }

    /** The same, made from another document. */
    public ContainerDefinition withSpec(Spec document) {
        return new ContainerDefinition(
                id,
                sandboxId,
                config,
                createdAt,
                imageId,
                imageReference,
                user,
                stopSignal,
                cgroupPath,
                logPath,
                volumeImages,
                document);
    }

    /** The SELinux labels that its document gives it; absent where nothing is labelled. */
    public Optional<SelinuxLabels> selinux() {
        Process process = spec.process();
        Linux linux = spec.linux();
        String own = process == null || process.selinuxLabel() == null ? "" : process.selinuxLabel();
        String mount = linux == null || linux.mountLabel() == null ? "" : linux.mountLabel();
        return own.isEmpty() && mount.isEmpty() ? Optional.empty() : Optional.of(new SelinuxLabels(own, mount));
    }

    /** The request's mounts; those of images say which image it is. */
    List<Mount> mounts() {
        return config.mounts().stream()
                .map(mount -> mount.withImageRef(volumeImages.getOrDefault(mount.containerPath(), "")))
                .toList();
    }
}
