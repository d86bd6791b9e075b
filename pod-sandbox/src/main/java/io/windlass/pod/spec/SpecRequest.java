package io.windlass.pod.spec;

import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.LinuxContainerSecurityContext;
import io.windlass.pod.model.Mount;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.model.SelinuxLabels;
import io.windlass.pod.model.UserNamespace;
import io.windlass.pod.rootfs.ImageConfiguration;
import io.windlass.pod.rootfs.ImageVolume;
import io.windlass.pod.rootfs.Rootfs;
import io.windlass.runtime.shim.PodNamespace;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything a container's OCI document is built from.
 *
 * @param namespacePins where the pod's own namespaces are pinned; those it shares with the node are missing. With a target
 *     container, PID is the target's
 * @param podMounts what every container of the pod gets: /dev/shm, /etc/hosts, /etc/hostname, /etc/resolv.conf
 * @param imageVolumes where the images lie that the request mounts
 * @param podLabels the pod's SELinux labels
 * @param emptyFolder a folder of the node in which there is nothing
 */
public record SpecRequest(
        ContainerId id,
        PodSandboxConfig sandbox,
        ContainerConfig config,
        ImageConfiguration image,
        Rootfs rootfs,
        Map<PodNamespace, Path> namespacePins,
        List<Mount> podMounts,
        String cgroupPath,
        Map<Mount, ImageVolume> imageVolumes,
        Optional<SelinuxLabels> podLabels,
        Path emptyFolder) {
    public SpecRequest {
        namespacePins = Map.copyOf(namespacePins);
        podMounts = List.copyOf(podMounts);
        imageVolumes = Map.copyOf(imageVolumes);
    }

    /** The user namespace that the pod has of its own. */
    Optional<UserNamespace> user() {
        return sandbox.linux().securityContext().namespaceOptions().ownUser();
    }

    LinuxContainerSecurityContext security() {
        return config.securityContext();
    }
}
