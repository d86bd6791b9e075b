package io.windlass.pod.container;

import io.windlass.fault.Fault;

/** Makes the log writer of a running container open its file anew, after a rotation (CRI {@code ReopenContainerLog}). Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class ReopenContainerLog {
    public void reopen(String id) {
        throw Fault.unimplemented("cannot reopen the log of container " + id + ": not built yet");
    }
}
