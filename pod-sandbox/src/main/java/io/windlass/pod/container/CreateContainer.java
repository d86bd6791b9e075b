package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.PodSandboxConfig;

/** Makes a container up to its start barrier (CRI {@code CreateContainer}). Thread-safe: the same request, while it runs, is joined. */
@SuppressWarnings("DoNotCallSuggester")
public final class CreateContainer {
    /**
     * @param sandboxConfig as the caller repeats it; the sandbox's own counts
     * @return the id; of the same container that exists already, too
     */
    public ContainerId create(String sandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig) {
        throw Fault.unimplemented("cannot create container " + config.metadata() + ": not built yet");
    }
}
