package io.windlass.runtime.shim;

import io.windlass.runtime.hook.HookRunner;
import io.windlass.runtime.program.LaunchProgramCompiler;
import io.windlass.runtime.program.OverlayLayers;
import io.windlass.runtime.program.SeccompDocuments;
import java.nio.file.Path;

/** Finds or starts the zygote of a state folder, and spawns the shims of pods through it. Thread-safe. */
public interface ShimSupervisor {
    /**
     * The supervisor of a state folder; nothing is started before it is needed.
     *
     * @param helperBinary the windlass-shim executable
     * @param layers what the kernel's overlays take
     */
    static ShimSupervisor of(Path helperBinary, Path stateDirectory, OverlayLayers layers) {
        return new ZygoteSupervisor(
                helperBinary, stateDirectory, new LaunchProgramCompiler(SeccompDocuments::compile, layers));
    }

    /** Finds the zygote or starts it, so that no pod has to wait for it; fails where the helper cannot be started. */
    void start();

    /** A new shim for a new pod; its namespaces exist when this returns. */
    PodShim spawn(PodSpawn request);

    /** The shim of an existing pod, by the socket it listens on. */
    PodShim connect(String podId, Path socket);

    /** Who runs hooks in the namespaces of the runtime, which are those that the zygote was started in. */
    HookRunner hooks();

    /** Ends the zygote; refused with FAILED_PRECONDITION while shims live, and nothing is done when there is no zygote. */
    void shutdown();

    /** The socket of a pod's shim. */
    Path socketOf(String podId);
}
