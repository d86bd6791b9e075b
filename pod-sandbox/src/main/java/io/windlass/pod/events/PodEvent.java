package io.windlass.pod.events;

import io.windlass.pod.model.ContainerStatus;
import io.windlass.pod.model.PodSandboxStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Something that happened to a container or sandbox (CRI {@code ContainerEventResponse}).
 *
 * @param sequence counts up by one per event of this daemon
 * @param id of a container, or of a sandbox for events of the sandbox itself
 * @param at when it happened
 * @param sandbox absent when it is gone already
 * @param containers all containers of the sandbox, as of the event
 */
public record PodEvent(
        long sequence,
        Type type,
        String id,
        Instant at,
        Optional<PodSandboxStatus> sandbox,
        List<ContainerStatus> containers) {
    public PodEvent {
        containers = List.copyOf(containers);
    }

    /** The kinds of event. */
    public enum Type {
        CREATED,
        STARTED,
        STOPPED,
        DELETED
    }
}
