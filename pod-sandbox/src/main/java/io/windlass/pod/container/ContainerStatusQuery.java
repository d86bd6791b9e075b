package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.pod.model.ContainerStatus;
import java.util.Map;

/** Answers what is known of one container (CRI {@code ContainerStatus}) from memory. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class ContainerStatusQuery {
    /** The id may be a prefix that only one container has. */
    public ContainerStatus status(String id) {
        throw Fault.unimplemented("cannot show container " + id + ": not built yet");
    }

    /** JSON texts by name, for the verbose answer. */
    public Map<String, String> info(String id) {
        throw Fault.unimplemented("cannot show container " + id + ": not built yet");
    }
}
