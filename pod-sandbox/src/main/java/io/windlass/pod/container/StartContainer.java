package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.events.PodEvent;
import io.windlass.pod.lifecycle.Exclusively;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import io.windlass.runtime.shim.PodShim;
import java.time.Instant;

/** Lets a created container run (CRI {@code StartContainer}). Thread-safe. */
public final class StartContainer {
    private final PodStore store;
    private final Shims shims;
    private final ContainerExits exits;
    private final Announcements announcements;
    private final Timelines timelines;

    public StartContainer(
            PodStore store, Shims shims, ContainerExits exits, Announcements announcements, Timelines timelines) {
        this.store = store;
        this.shims = shims;
        this.exits = exits;
        this.announcements = announcements;
        this.timelines = timelines;
    }

    public void start(String id) {
        Container container = store.container(id);
        Exclusively.run(container.operations(), "start container " + container.id(), () -> {
            exits.holdBack(container.id());
            try {
                begin(container);
            } finally {
                exits.release(container);
            }
        });
    }

    private void begin(Container container) {
        if (!(container.state() instanceof ContainerState.Created created)) {
            throw Faults.state("start", container, "created");
        }
        PodShim shim = shims.of(container.definition().sandboxId());
        Instant startedAt = Instant.now();
        try {
            timelines.started(container.id(), shim.start(container.id().value()));
        } catch (Fault e) {
            if (e.kind() != FaultKind.CANCELLED && e.kind() != FaultKind.UNAVAILABLE) {
                exits.recordFailedStart(container, startedAt, e.getMessage());
            }
            throw e.in("cannot start container " + container.id());
        }
        container.update(now -> now.state() instanceof ContainerState.Created
                ? now.withState(new ContainerState.Running(created.process(), startedAt))
                : now);
        announcements.container(PodEvent.Type.STARTED, container, startedAt);
    }
}
