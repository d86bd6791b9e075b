package io.windlass.pod.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.Optional;

/**
 * Where a container is in its life.
 *
 * <pre>
 *  CreateContainer           StartContainer            its first process ended
 * -----------------> Created ----------------> Running -----------------------> Exited --RemoveContainer--> (gone)
 *                       |                                                         ^
 *                       +--------StopContainer, or it died before its start-------+
 *
 *  Unknown: after a restart neither the process, nor its shim, nor an exit record tells; RemoveContainer ends it.
 * </pre>
 *
 * A container that is not wholly made yet has no state: nobody but its maker sees it.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "state")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ContainerState.Created.class, name = "created"),
    @JsonSubTypes.Type(value = ContainerState.Running.class, name = "running"),
    @JsonSubTypes.Type(value = ContainerState.Exited.class, name = "exited"),
    @JsonSubTypes.Type(value = ContainerState.Unknown.class, name = "unknown")
})
public sealed interface ContainerState {
    /** The state without its details. */
    ContainerStateKind kind();

    /** Its first process stands at the start barrier. */
    record Created(ProcessIdentity process) implements ContainerState {
        @Override
        public ContainerStateKind kind() {
            return ContainerStateKind.CREATED;
        }
    }

    /** Its first process executes the container's program. */
    record Running(ProcessIdentity process, Instant startedAt) implements ContainerState {
        @Override
        public ContainerStateKind kind() {
            return ContainerStateKind.RUNNING;
        }
    }

    /**
     * Its first process ended.
     *
     * @param startedAt absent when it never ran
     * @param exitCode 128 + N when signal N ended it
     * @param reason one CamelCase word: Completed, Error, OOMKilled, StartError, Unknown
     */
    record Exited(Optional<Instant> startedAt, Instant finishedAt, int exitCode, String reason, String message)
            implements ContainerState {
        @Override
        public ContainerStateKind kind() {
            return ContainerStateKind.EXITED;
        }
    }

    /** Nothing tells what it does. */
    record Unknown(String reason) implements ContainerState {
        @Override
        public ContainerStateKind kind() {
            return ContainerStateKind.UNKNOWN;
        }
    }
}
