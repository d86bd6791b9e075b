package io.windlass.pod.checkpoint;

import io.windlass.fault.Fault;
import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.NamespaceOptions;
import io.windlass.runtime.oci.Mount;
import io.windlass.runtime.oci.Spec;
import java.util.Set;
import java.util.stream.Collectors;

/** What a request for a restored container must have in common with the one that was saved. */
public final class RestoreRules {
    private RestoreRules() {}

    /** Refuses by name what the processes would not find as they left it. */
    public static void check(ContainerConfig config, CheckpointFolder.Checkpoint checkpoint) {
        if (config.tty()) {
            throw Fault.unimplemented("a container with a terminal (tty) cannot be restored");
        }
        NamespaceOptions namespaces = config.securityContext().namespaceOptions();
        if (namespaces.pid() != NamespaceMode.CONTAINER) {
            throw Fault.invalid("its namespace_options.pid is " + namespaces.pid()
                    + ", but the checkpointed container had a PID namespace of its own (CONTAINER)");
        }
        if (namespaces.ownUser().isPresent()) {
            throw Fault.unimplemented("a container with a user namespace (userns_options) cannot be restored");
        }
        if (config.stdin() != checkpoint.process().hasInput()) {
            throw Fault.invalid("its stdin is " + config.stdin() + ", but that of the checkpointed container was "
                    + checkpoint.process().hasInput());
        }
    }

    /** Every mount that the request's predecessor had asked for must be there. */
    public static void checkMounts(CheckpointFolder.Checkpoint checkpoint, Spec spec) {
        Set<String> there = spec.mounts().stream().map(Mount::destination).collect(Collectors.toSet());
        for (Mount saved : checkpoint.spec().mounts()) {
            if (!there.contains(saved.destination())) {
                throw Fault.invalid("the checkpointed container had a mount at " + saved.destination()
                        + ", for which the request has none");
            }
        }
    }
}
