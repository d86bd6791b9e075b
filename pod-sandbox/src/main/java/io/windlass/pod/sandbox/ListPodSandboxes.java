package io.windlass.pod.sandbox;

import io.windlass.fault.Fault;
import io.windlass.pod.model.PodSandboxFilter;
import io.windlass.pod.model.PodSandboxStatus;
import java.util.List;

/** Lists sandboxes (CRI {@code ListPodSandbox}) from memory. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class ListPodSandboxes {
    public List<PodSandboxStatus> list(PodSandboxFilter filter) {
        throw Fault.unimplemented("cannot list pod sandboxes by " + filter + ": not built yet");
    }
}
