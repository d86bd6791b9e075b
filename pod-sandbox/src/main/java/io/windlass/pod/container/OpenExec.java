package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.pod.model.ContainerId;
import java.util.List;

/** Opens a command in a container as a stream (CRI {@code Exec}). Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class OpenExec {
    /** A container that can be exec'ed into, or a fault; for the answer to the RPC itself. */
    public ContainerId check(String id) {
        throw Fault.unimplemented("cannot exec in container " + id + ": not built yet");
    }

    /** Starts the command. Without {@code stdout} or {@code stderr}, that output is read and dropped. */
    public ContainerStream open(
            String id, List<String> command, boolean tty, boolean stdin, boolean stdout, boolean stderr) {
        throw Fault.unimplemented("cannot exec " + command + " in container " + id + ": not built yet");
    }
}
