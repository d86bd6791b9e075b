package io.windlass.pod.plugin;

import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.store.ContainerDefinition;
import java.util.Optional;

/**
 * A container as plugins see it.
 *
 * @param definition its {@code spec} is what the container was made from or, before it is made, is about to be made from
 * @param state empty before it is made
 * @param resources the limits that hold now
 */
public record ContainerView(
        ContainerDefinition definition, Optional<ContainerState> state, LinuxContainerResources resources) {}
