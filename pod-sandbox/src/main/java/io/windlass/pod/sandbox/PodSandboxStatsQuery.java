package io.windlass.pod.sandbox;

import io.windlass.fault.Fault;
import io.windlass.pod.model.PodSandboxStats;
import io.windlass.pod.model.PodSandboxStatsFilter;
import java.util.List;

/** Answers what sandboxes use (CRI {@code PodSandboxStats}, {@code ListPodSandboxStats}). Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class PodSandboxStatsQuery {
    public PodSandboxStats stats(String id) {
        throw Fault.unimplemented("cannot measure pod sandbox " + id + ": not built yet");
    }

    public List<PodSandboxStats> list(PodSandboxStatsFilter filter) {
        throw Fault.unimplemented("cannot measure pod sandboxes by " + filter + ": not built yet");
    }
}
