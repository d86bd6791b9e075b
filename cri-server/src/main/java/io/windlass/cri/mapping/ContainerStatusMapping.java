package io.windlass.cri.mapping;

import io.windlass.cri.v1.ContainerStatus;
import io.windlass.pod.model.ContainerState;

/** What a container's status answers. */
public final class ContainerStatusMapping {
    /** The reason of a container that has not ended and whose writable layer or log is full. */
    private static final String QUOTA_REACHED = "QuotaReached";

    private ContainerStatusMapping() {}

    public static ContainerStatus toWire(io.windlass.pod.model.ContainerStatus domain) {
        ContainerStatus.Builder wire = ContainerStatus.newBuilder()
                .setId(domain.id().value())
                .setMetadata(ContainerMapping.metadata(domain.metadata()))
                .setState(ContainerMapping.state(domain.state().kind()))
                .setCreatedAt(Times.nanos(domain.createdAt()))
                .setImage(ImageMapping.toWire(domain.image()))
                .setImageRef(domain.imageRef())
                .setImageId(domain.imageId())
                .putAllLabels(domain.labels())
                .putAllAnnotations(domain.annotations())
                .setLogPath(domain.logPath())
                .setStopSignal(ContainerMapping.signal(domain.stopSignal()));
        domain.mounts().forEach(mount -> wire.addMounts(MountMapping.toWire(mount)));
        domain.resources()
                .ifPresent(resources -> wire.getResourcesBuilder().setLinux(ResourcesMapping.toWire(resources)));
        wire.getUserBuilder()
                .getLinuxBuilder()
                .setUid(domain.user().uid())
                .setGid(domain.user().gid())
                .addAllSupplementalGroups(domain.user().supplementalGroups());
        state(domain.state(), wire);
        if (!domain.diskMessage().isEmpty()) {
            wire.setReason(QUOTA_REACHED).setMessage(domain.diskMessage());
        }
        return wire.build();
    }

    private static void state(ContainerState domain, ContainerStatus.Builder wire) {
        switch (domain) {
            case ContainerState.Created _ -> {
                // Nothing happened to it yet.
            }
            case ContainerState.Running running -> wire.setStartedAt(Times.nanos(running.startedAt()));
            case ContainerState.Exited exited -> {
                exited.startedAt().ifPresent(at -> wire.setStartedAt(Times.nanos(at)));
                wire.setFinishedAt(Times.nanos(exited.finishedAt()))
                        .setExitCode(exited.exitCode())
                        .setReason(exited.reason())
                        .setMessage(exited.message());
            }
            case ContainerState.Unknown unknown -> wire.setReason("Unknown").setMessage(unknown.reason());
        }
    }
}
