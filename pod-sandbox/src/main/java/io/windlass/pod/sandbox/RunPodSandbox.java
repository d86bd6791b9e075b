package io.windlass.pod.sandbox;

import io.windlass.fault.Fault;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.model.PodSandboxId;

/** Makes a sandbox (CRI {@code RunPodSandbox}). Thread-safe: the same request, while it runs, is joined. */
@SuppressWarnings("DoNotCallSuggester")
public final class RunPodSandbox {
    /**
     * @param runtimeHandler empty for the default one; others are refused
     * @return the id, once the sandbox is ready; of the same sandbox that exists already, too
     */
    public PodSandboxId run(PodSandboxConfig config, String runtimeHandler) {
        throw Fault.unimplemented("cannot run pod sandbox " + config.metadata() + ": not built yet");
    }
}
