package io.windlass.pod.container;

import io.windlass.pod.checkpoint.Checkpoints;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;

/** Does something while all processes of a container stand still. Thread-safe. */
public final class HoldContainer {
    private final PodStore store;
    private final Checkpoints checkpoints;

    public HoldContainer(PodStore store, Checkpoints checkpoints) {
        this.store = store;
        this.checkpoints = checkpoints;
    }

    /**
     * Runs {@code work}, then lets the processes go on whatever came of it, also when this daemon is killed. A container that does not run
     * stands still as it is.
     */
    public void whileHeld(String id, Runnable work) {
        Container container = store.container(id);
        if (container.state() instanceof ContainerState.Running) {
            checkpoints.hold(container, work);
        } else {
            work.run();
        }
    }
}
