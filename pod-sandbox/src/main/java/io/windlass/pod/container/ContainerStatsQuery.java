package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.pod.model.ContainerStats;
import io.windlass.pod.model.ContainerStatsFilter;
import java.util.List;

/** Answers what containers use (CRI {@code ContainerStats}, {@code ListContainerStats}). Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class ContainerStatsQuery {
    public ContainerStats stats(String id) {
        throw Fault.unimplemented("cannot measure container " + id + ": not built yet");
    }

    public List<ContainerStats> list(ContainerStatsFilter filter) {
        throw Fault.unimplemented("cannot measure containers by " + filter + ": not built yet");
    }
}
