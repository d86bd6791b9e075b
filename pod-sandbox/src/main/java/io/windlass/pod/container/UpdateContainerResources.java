package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.pod.model.LinuxContainerResources;
import java.util.Map;

/** Changes the limits of a container (CRI {@code UpdateContainerResources}): all of them, or none. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class UpdateContainerResources {
    public void update(String id, LinuxContainerResources resources, Map<String, String> annotations) {
        throw Fault.unimplemented(
                "cannot update container " + id + " to " + resources + annotations + ": not built yet");
    }
}
