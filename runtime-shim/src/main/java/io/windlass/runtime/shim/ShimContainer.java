package io.windlass.runtime.shim;

import java.util.Optional;

/** A container as its shim sees it; {@code exit} is present in state EXITED. */
public record ShimContainer(String containerId, long pid, long startTime, State state, Optional<ExitRecord> exit) {
    /** Where the container's first process is. */
    public enum State {
        CREATED,
        RUNNING,
        EXITED
    }
}
