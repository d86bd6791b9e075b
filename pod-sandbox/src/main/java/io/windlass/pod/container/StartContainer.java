package io.windlass.pod.container;

import io.windlass.fault.Fault;

/** Lets a created container run (CRI {@code StartContainer}). Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class StartContainer {
    public void start(String id) {
        throw Fault.unimplemented("cannot start container " + id + ": not built yet");
    }
}
