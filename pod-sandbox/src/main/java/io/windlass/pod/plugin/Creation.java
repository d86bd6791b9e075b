package io.windlass.pod.plugin;

import io.windlass.runtime.oci.Spec;
import java.util.List;

/**
 * What plugins made of a container that is about to be made.
 *
 * @param spec with every adjustment in it but the CDI devices
 * @param cdiDevices fully qualified names of CDI devices to inject into {@code spec}
 * @param changes for other containers
 */
public record Creation(Spec spec, List<String> cdiDevices, List<ContainerChange> changes) {
    public Creation {
        cdiDevices = List.copyOf(cdiDevices);
        changes = List.copyOf(changes);
    }
}
