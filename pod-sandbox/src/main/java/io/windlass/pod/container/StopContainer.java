package io.windlass.pod.container;

import io.windlass.fault.Fault;
import java.time.Duration;

/** Ends a container (CRI {@code StopContainer}): its stop signal, then, after the timeout, everything in its cgroup is killed. Idempotent; thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class StopContainer {
    /** Of an unknown container: nothing to do, no error. */
    public void stop(String id, Duration timeout) {
        throw Fault.unimplemented("cannot stop container " + id + " within " + timeout + ": not built yet");
    }
}
