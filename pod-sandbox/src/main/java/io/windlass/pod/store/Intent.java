package io.windlass.pod.store;

import io.windlass.pod.model.PodSandboxId;

/**
 * What is about to be made, written down before anything outside the store is touched, so that start-up can undo what a
 * crash left half-made.
 *
 * @param id of the sandbox or container that is being made
 * @param sandboxId the sandbox's own id, or that of the container's sandbox
 * @param cgroupPath the group that will be made for it
 */
public record Intent(Kind kind, String id, PodSandboxId sandboxId, String cgroupPath) {
    /** What is being made. */
    public enum Kind {
        SANDBOX,
        CONTAINER
    }
}
