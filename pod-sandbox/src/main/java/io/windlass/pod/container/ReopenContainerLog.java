package io.windlass.pod.container;

import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.quota.ContainerQuotas;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import java.nio.file.Path;

/** Makes the log writer of a running container open its file anew, after a rotation (CRI {@code ReopenContainerLog}). Thread-safe. */
public final class ReopenContainerLog {
    private final PodStore store;
    private final Shims shims;
    private final ContainerQuotas quotas;

    public ReopenContainerLog(PodStore store, Shims shims, ContainerQuotas quotas) {
        this.store = store;
        this.shims = shims;
        this.quotas = quotas;
    }

    public void reopen(String id) {
        Container container = store.container(id);
        if (!(container.state() instanceof ContainerState.Running)) {
            throw Faults.state("reopen the log of", container, "running");
        }
        String log = container.definition().logPath();
        if (!log.isEmpty()) {
            // Before anything is written into it.
            quotas.renewLog(container.id(), Path.of(log));
        }
        shims.of(container.definition().sandboxId()).reopenLog(container.id().value());
    }
}
