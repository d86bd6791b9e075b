package io.windlass.runtime.shim;

import java.nio.file.Path;

/** Finds or starts the zygote of a state folder, and spawns the shims of pods through it. Thread-safe. */
public interface ShimSupervisor {
    /** A new shim for a new pod; its namespaces exist when this returns. */
    PodShim spawn(PodSpawn request);

    /** The shim of an existing pod, by the socket it listens on. */
    PodShim connect(String podId, Path socket);

    /** The socket of a pod's shim. */
    Path socketOf(String podId);
}
