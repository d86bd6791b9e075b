package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import io.windlass.runtime.shim.PodShim;
import java.time.Duration;
import java.util.Optional;

/** Ends a container (CRI {@code StopContainer}): its stop signal, then, after the timeout, everything in its cgroup is killed. Idempotent; thread-safe. */
public final class StopContainer {
    private final PodStore store;
    private final Shims shims;
    private final ContainerEnd end;

    public StopContainer(PodStore store, Shims shims, ContainerEnd end) {
        this.store = store;
        this.shims = shims;
        this.end = end;
    }

    /** Of an unknown container: nothing to do, no error. */
    public void stop(String id, Duration timeout) {
        store.findContainer(id).ifPresent(container -> {
            stop(container, timeout);
            end.awaitTold(container);
        });
    }

    private void stop(Container container, Duration timeout) {
        if (container.state() instanceof ContainerState.Running && timeout.isPositive() && signal(container)) {
            try {
                if (container.awaitExit(timeout)) {
                    return;
                }
            } catch (InterruptedException e) {
                throw Faults.cancelled("stop", container, e);
            }
        }
        end.kill(container);
    }

    /** False when there is nobody left to send the signal to, or nobody to send it. */
    private boolean signal(Container container) {
        Optional<PodShim> shim = shims.find(container.definition().sandboxId());
        if (shim.isEmpty()) {
            return false;
        }
        try {
            shim.get()
                    .signal(
                            container.id().value(),
                            container.definition().stopSignal().number(),
                            false);
            return true;
        } catch (Fault e) {
            if (e.kind() == FaultKind.CANCELLED) {
                throw e;
            }
            return false;
        }
    }
}
