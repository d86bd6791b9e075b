package io.windlass.pod.container;

import io.windlass.pod.model.ContainerFilter;
import io.windlass.pod.model.ContainerStatus;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import java.util.Comparator;
import java.util.List;

/** Lists containers (CRI {@code ListContainers}) from memory. Thread-safe. */
public final class ListContainers {
    private final PodStore store;

    public ListContainers(PodStore store) {
        this.store = store;
    }

    /** Oldest first. */
    public List<ContainerStatus> list(ContainerFilter filter) {
        return store.containers().stream()
                .map(Container::status)
                .filter(status -> matches(status, filter))
                .sorted(Comparator.comparing(ContainerStatus::createdAt))
                .toList();
    }

    private static boolean matches(ContainerStatus status, ContainerFilter filter) {
        return status.id().value().startsWith(filter.id())
                && status.sandboxId().value().startsWith(filter.podSandboxId())
                && filter.state().map(kind -> kind == status.state().kind()).orElse(true)
                && status.labels().entrySet().containsAll(filter.labelSelector().entrySet());
    }
}
