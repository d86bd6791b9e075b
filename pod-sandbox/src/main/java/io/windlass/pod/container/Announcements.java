package io.windlass.pod.container;

import io.windlass.pod.events.PodEvent;
import io.windlass.pod.events.PodEvents;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Tells the feed what happened to containers. Thread-safe. */
public final class Announcements {
    private final PodStore store;
    private final PodEvents events;

    public Announcements(PodStore store, PodEvents events) {
        this.store = store;
        this.events = events;
    }

    public void container(PodEvent.Type type, Container container, Instant at) {
        publish(type, container.id().value(), container.definition().sandboxId(), at);
    }

    public void sandbox(PodEvent.Type type, PodSandboxId id, Instant at) {
        publish(type, id.value(), id, at);
    }

    /** Of a sandbox that is in the store no more, with what was known of it last: kubelet cannot tell whose the event is else. */
    public void removed(Sandbox sandbox, Instant at) {
        events.publish(PodEvent.Type.DELETED, sandbox.id().value(), at, Optional.of(sandbox.status()), List.of());
    }

    private void publish(PodEvent.Type type, String id, PodSandboxId sandbox, Instant at) {
        events.publish(
                type,
                id,
                at,
                store.findSandbox(sandbox.value()).map(Sandbox::status),
                store.containersOf(sandbox).stream().map(Container::status).toList());
    }
}
