package io.windlass.pod.container;

import io.windlass.fault.Fault;
import java.time.Duration;
import java.util.List;

/** Runs a command in a container and collects its output (CRI {@code ExecSync}). Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class ExecSync {
    /**
     * @param timeout zero: none; when it passes, everything the command started is killed and DEADLINE_EXCEEDED thrown
     */
    public ExecSyncResult run(String id, List<String> command, Duration timeout) {
        throw Fault.unimplemented(
                "cannot exec " + command + " in container " + id + " within " + timeout + ": not built yet");
    }
}
