package io.windlass.runtime.shim;

import java.time.Instant;

/** Something that happened in a shim without being asked for. Events of one shim arrive in the order of their numbers. */
public sealed interface ShimEvent {
    /** A container's first process ended; its exit record is on disk. */
    record ContainerExited(long sequence, String containerId, ExitRecord exit) implements ShimEvent {}

    /** Output of a container could not be written to its log; {@code detail} says why. The container is not blocked. */
    record LogWriteFailed(long sequence, String containerId, Instant at, String detail) implements ShimEvent {}

    /** The shim cannot be reached any more. Its containers may still run; exits are told by exit records from now on. */
    record ShimLost(String podId, String reason) implements ShimEvent {}
}
