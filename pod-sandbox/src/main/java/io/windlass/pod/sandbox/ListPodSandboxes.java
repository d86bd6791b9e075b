package io.windlass.pod.sandbox;

import io.windlass.pod.model.PodSandboxFilter;
import io.windlass.pod.model.PodSandboxStatus;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import java.util.Comparator;
import java.util.List;

/** Lists sandboxes (CRI {@code ListPodSandbox}) from memory. Thread-safe. */
public final class ListPodSandboxes {
    private final PodStore store;

    public ListPodSandboxes(PodStore store) {
        this.store = store;
    }

    /** Oldest first. */
    public List<PodSandboxStatus> list(PodSandboxFilter filter) {
        return store.sandboxes().stream()
                .map(Sandbox::status)
                .filter(status -> matches(status, filter))
                .sorted(Comparator.comparing(PodSandboxStatus::createdAt))
                .toList();
    }

    private static boolean matches(PodSandboxStatus status, PodSandboxFilter filter) {
        return status.id().value().startsWith(filter.id())
                && filter.state().map(kind -> kind == status.state().kind()).orElse(true)
                && status.labels().entrySet().containsAll(filter.labelSelector().entrySet());
    }
}
