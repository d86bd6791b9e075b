package io.windlass.pod.container;

import io.windlass.fault.Fault;

/** Removes a container, killing it first where it runs (CRI {@code RemoveContainer}). Idempotent; thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class RemoveContainer {
    /** Of an unknown container: nothing to do, no error. */
    public void remove(String id) {
        throw Fault.unimplemented("cannot remove container " + id + ": not built yet");
    }
}
