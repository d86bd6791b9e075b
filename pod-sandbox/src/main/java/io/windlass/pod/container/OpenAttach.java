package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import io.windlass.runtime.shim.PodShim;
import io.windlass.runtime.shim.StreamKind;
import java.util.EnumSet;
import java.util.Set;

/** Opens the streams of a container's first process (CRI {@code Attach}). Thread-safe. */
public final class OpenAttach {
    private final PodStore store;
    private final Shims shims;

    public OpenAttach(PodStore store, Shims shims) {
        this.store = store;
        this.shims = shims;
    }

    /** A container that can be attached to, or a fault; for the answer to the RPC itself. */
    public ContainerId check(String id) {
        return running(id).id();
    }

    public ContainerStream open(String id, boolean stdin, boolean stdout, boolean stderr) {
        Container container = running(id);
        if (stdin && !container.definition().config().stdin()) {
            throw Fault.precondition(
                    "cannot attach to stdin of container " + container.id() + ": it was created without");
        }
        Set<StreamKind> kinds = EnumSet.noneOf(StreamKind.class);
        if (stdin) {
            kinds.add(StreamKind.STDIN);
        }
        if (stdout || container.definition().config().tty()) {
            kinds.add(StreamKind.STDOUT);
        }
        if (stderr) {
            kinds.add(StreamKind.STDERR);
        }
        PodShim shim = shims.of(container.definition().sandboxId());
        return new ShimContainerStream(shim.attach(container.id().value(), kinds), true, true);
    }

    private Container running(String id) {
        Container container = store.container(id);
        if (!(container.state() instanceof ContainerState.Running)) {
            throw Faults.state("attach to", container, "running");
        }
        return container;
    }
}
