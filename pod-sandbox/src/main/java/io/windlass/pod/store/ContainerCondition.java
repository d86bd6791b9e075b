package io.windlass.pod.store;

import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.LinuxContainerResources;
import java.util.Optional;

/** What changes about a container. */
public record ContainerCondition(ContainerState state, Optional<LinuxContainerResources> resources) {
    public ContainerCondition withState(ContainerState next) {
        return new ContainerCondition(next, resources);
    }

    public ContainerCondition withResources(Optional<LinuxContainerResources> next) {
        return new ContainerCondition(state, next);
    }
}
