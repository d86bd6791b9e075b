package io.windlass.pod.store;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerUser;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.Signal;
import io.windlass.runtime.oci.Spec;
import java.time.Instant;

/**
 * What never changes about a container once it is made.
 *
 * @param spec the OCI document it was made from
 * @param cgroupPath its group, below each hierarchy's root
 * @param logPath absolute; empty without a log
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
        @JsonIgnore Spec spec) {
    ContainerDefinition withSpec(Spec document) {
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
                document);
    }
}
