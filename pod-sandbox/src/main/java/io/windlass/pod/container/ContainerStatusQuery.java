package io.windlass.pod.container;

import com.fasterxml.jackson.databind.JsonNode;
import io.windlass.linux.ProjectUsage;
import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.ContainerStatus;
import io.windlass.pod.quota.ContainerQuotas;
import io.windlass.pod.quota.DiskCondition;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.ContainerDefinition;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Project;
import io.windlass.pod.store.RecordJson;
import io.windlass.runtime.oci.OciJson;
import java.util.List;
import java.util.Map;

/**
 * Answers what is known of one container (CRI {@code ContainerStatus}) from memory, and what is taken of its quotas, read
 * anew. Thread-safe.
 */
public final class ContainerStatusQuery {
    private final PodStore store;
    private final Timelines timelines;
    private final ContainerQuotas quotas;

    public ContainerStatusQuery(PodStore store, Timelines timelines, ContainerQuotas quotas) {
        this.store = store;
        this.timelines = timelines;
        this.quotas = quotas;
    }

    /** The id may be a prefix that only one container has. */
    public ContainerStatus status(String id) {
        Container container = store.container(id);
        ContainerStatus status = container.status();
        return status.state() instanceof ContainerState.Exited
                ? status
                : status.withDiskMessage(quotas.message(container.id()));
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
                        quotas.conditions(container.id()).stream()
                                .map(Quota::of)
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
            List<Quota> quotas,
            JsonNode runtimeSpec) {}

    private record Step(String name, long nanoseconds) {}

    /** Limits of 0 are none. */
    private record Quota(
            String of,
            long project,
            String mountpoint,
            long bytes,
            long bytesLimit,
            long inodes,
            long inodesLimit,
            boolean full) {
        static Quota of(DiskCondition condition) {
            Project project = condition.project();
            ProjectUsage usage = condition.usage();
            return new Quota(
                    project.part().words(),
                    project.id(),
                    project.mountpoint(),
                    usage.bytes(),
                    usage.bytesLimit(),
                    usage.inodes(),
                    usage.inodesLimit(),
                    condition.full());
        }
    }
}
