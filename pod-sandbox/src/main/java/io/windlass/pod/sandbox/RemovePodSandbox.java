package io.windlass.pod.sandbox;

import io.windlass.fault.Fault;

/** Removes a sandbox with all its containers (CRI {@code RemovePodSandbox}). Idempotent; thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class RemovePodSandbox {
    /** Of an unknown sandbox: nothing to do, no error. */
    public void remove(String id) {
        throw Fault.unimplemented("cannot remove pod sandbox " + id + ": not built yet");
    }
}
