package io.windlass.pod.container;

import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import io.windlass.runtime.shim.ExecLaunch;
import io.windlass.runtime.shim.ShimStream;
import java.util.List;

/** Opens a command in a container as a stream (CRI {@code Exec}). Thread-safe. */
public final class OpenExec {
    private final PodStore store;
    private final Shims shims;
    private final ExecLaunches launches;

    public OpenExec(PodStore store, Shims shims, PodCgroups cgroups) {
        this.store = store;
        this.shims = shims;
        this.launches = new ExecLaunches(cgroups);
    }

    /** A container that can be exec'ed into, or a fault; for the answer to the RPC itself. */
    public ContainerId check(String id) {
        return running(id).id();
    }

    /** Starts the command. Without {@code stdout} or {@code stderr}, that output is read and dropped. */
    public ContainerStream open(
            String id, List<String> command, boolean tty, boolean stdin, boolean stdout, boolean stderr) {
        Container container = running(id);
        ExecLaunch launch = launches.launch(container, command, tty, stdin);
        ShimStream stream = shims.of(container.definition().sandboxId()).exec(launch);
        return new ShimContainerStream(stream, stdout || tty, stderr);
    }

    private Container running(String id) {
        Container container = store.container(id);
        if (!(container.state() instanceof ContainerState.Running)) {
            throw Faults.state("exec in", container, "running");
        }
        return container;
    }
}
