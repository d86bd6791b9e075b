package io.windlass.pod.sandbox;

import io.windlass.fault.Fault;

/** Ends everything that runs in a sandbox and gives its network back (CRI {@code StopPodSandbox}). Idempotent; thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class StopPodSandbox {
    /** Of an unknown sandbox: nothing to do, no error. */
    public void stop(String id) {
        throw Fault.unimplemented("cannot stop pod sandbox " + id + ": not built yet");
    }
}
