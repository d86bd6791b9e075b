package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.linux.cgroup.Cgroup;
import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.ContainerDefinition;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.shim.ExecLaunch;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/** Prepares commands that run in a container beside its first process. Thread-safe. */
final class ExecLaunches {
    private final PodCgroups cgroups;

    ExecLaunches(PodCgroups cgroups) {
        this.cgroups = cgroups;
    }

    /** The same identity, rights and environment as the container's first process. */
    ExecLaunch launch(Container container, List<String> command, boolean tty, boolean stdin) {
        if (command.isEmpty()) {
            throw Fault.invalid("cannot exec in container " + container.id() + ": the command is empty");
        }
        ContainerDefinition definition = container.definition();
        Process first = Objects.requireNonNull(definition.spec().process(), "every container's document has a process");
        Process process = first.toBuilder()
                .args(command)
                .terminal(tty)
                .consoleSize(null)
                .env(environment(first.env(), tty))
                .build();
        Cgroup cgroup = cgroups.find(definition.cgroupPath())
                .orElseThrow(() -> Fault.precondition("cannot exec in container " + container.id() + ": its cgroup "
                        + definition.cgroupPath() + " is gone"));
        return new ExecLaunch(
                container.id().value(),
                UUID.randomUUID().toString(),
                process,
                definition.spec(),
                stdin,
                cgroup.attachFiles());
    }

    private static List<String> environment(List<String> environment, boolean tty) {
        if (!tty || environment.stream().anyMatch(entry -> entry.startsWith("TERM="))) {
            return environment;
        }
        List<String> withTerminal = new ArrayList<>(environment);
        withTerminal.add("TERM=xterm");
        return withTerminal;
    }
}
