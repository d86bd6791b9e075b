package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.pod.model.ContainerId;

/** Opens the streams of a container's first process (CRI {@code Attach}). Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class OpenAttach {
    /** A container that can be attached to, or a fault; for the answer to the RPC itself. */
    public ContainerId check(String id) {
        throw Fault.unimplemented("cannot attach to container " + id + ": not built yet");
    }

    public ContainerStream open(String id, boolean stdin, boolean stdout, boolean stderr) {
        throw Fault.unimplemented("cannot attach to container " + id + ": not built yet");
    }
}
