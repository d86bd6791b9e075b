package io.windlass.pod.plugin;

import io.windlass.pod.model.LinuxContainerResources;
import java.util.List;

/**
 * What plugins made of an update of a container's limits.
 *
 * @param resources to apply instead of those asked for
 * @param changes for other containers
 */
public record Update(LinuxContainerResources resources, List<ContainerChange> changes) {
    public Update {
        changes = List.copyOf(changes);
    }
}
