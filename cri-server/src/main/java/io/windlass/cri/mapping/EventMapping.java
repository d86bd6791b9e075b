package io.windlass.cri.mapping;

import io.windlass.cri.v1.ContainerEventResponse;
import io.windlass.cri.v1.ContainerEventType;
import io.windlass.pod.events.PodEvent;

/** What happened to pods and containers. */
public final class EventMapping {
    private EventMapping() {}

    public static ContainerEventResponse toWire(PodEvent domain) {
        ContainerEventResponse.Builder wire = ContainerEventResponse.newBuilder()
                .setContainerId(domain.id())
                .setContainerEventType(type(domain.type()))
                .setCreatedAt(Times.nanos(domain.at()));
        domain.sandbox().ifPresent(sandbox -> wire.setPodSandboxStatus(PodSandboxMapping.toWire(sandbox)));
        domain.containers().forEach(container -> wire.addContainersStatuses(ContainerStatusMapping.toWire(container)));
        return wire.build();
    }

    private static ContainerEventType type(PodEvent.Type domain) {
        return switch (domain) {
            case CREATED -> ContainerEventType.CONTAINER_CREATED_EVENT;
            case STARTED -> ContainerEventType.CONTAINER_STARTED_EVENT;
            case STOPPED -> ContainerEventType.CONTAINER_STOPPED_EVENT;
            case DELETED -> ContainerEventType.CONTAINER_DELETED_EVENT;
        };
    }
}
