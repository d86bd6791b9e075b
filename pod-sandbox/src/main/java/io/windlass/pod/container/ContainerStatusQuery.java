package io.windlass.pod.container;

import com.fasterxml.jackson.databind.JsonNode;
import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.ContainerStatus;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.ContainerDefinition;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.RecordJson;
import io.windlass.runtime.oci.OciJson;
import java.util.List;
import java.util.Map;

/** Answers what is known of one container (CRI {@code ContainerStatus}) from memory. Thread-safe. */
public final class ContainerStatusQuery {
    private final PodStore store;
    private final Timelines timelines;

    public ContainerStatusQuery(PodStore store, Timelines timelines) {
        this.store = store;
        this.timelines = timelines;
    }

    /** The id may be a prefix that only one container has. */
    public ContainerStatus status(String id) {
        return store.container(id).status();
    }

    /** JSON texts by name, for the verbose answer. */
    public Map<String, String> info(String id) {
        Container container = store.container(id);
        ContainerDefinition definition = container.definition();
        return Map.of(
                "info",
                RecordJson.write(new Details(
                        definition.sandboxId().value(),
                        pid(container.state()),
                        definition.cgroupPath(),
                        definition.config(),
                        timelines.of(container.id()).stream()
                                .map(step -> new Step(step.name(), step.took().toNanos()))
                                .toList(),
                        RecordJson.tree(OciJson.write(definition.spec())))));
    }

    private static long pid(ContainerState state) {
        return switch (state) {
            case ContainerState.Created created -> created.process().pid();
            case ContainerState.Running running -> running.process().pid();
            case ContainerState.Exited _, ContainerState.Unknown _ -> 0;
        };
    }

    private record Details(
            String sandboxID,
            long pid,
            String cgroupPath,
            ContainerConfig config,
            List<Step> launchTimeline,
            JsonNode runtimeSpec) {}

    private record Step(String name, long nanoseconds) {}
}
