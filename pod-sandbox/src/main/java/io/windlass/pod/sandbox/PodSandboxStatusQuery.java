package io.windlass.pod.sandbox;

import io.windlass.fault.Fault;
import io.windlass.pod.model.ContainerStatus;
import io.windlass.pod.model.PodSandboxStatus;
import java.util.List;
import java.util.Map;

/** Answers what is known of one sandbox (CRI {@code PodSandboxStatus}) from memory. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class PodSandboxStatusQuery {
    /** The id may be a prefix that only one sandbox has. */
    public PodSandboxStatus status(String id) {
        throw Fault.unimplemented("cannot show pod sandbox " + id + ": not built yet");
    }

    /** All containers of the sandbox. */
    public List<ContainerStatus> containers(String id) {
        throw Fault.unimplemented("cannot show pod sandbox " + id + ": not built yet");
    }

    /** JSON texts by name, for the verbose answer. */
    public Map<String, String> info(String id) {
        throw Fault.unimplemented("cannot show pod sandbox " + id + ": not built yet");
    }
}
