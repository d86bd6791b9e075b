package io.windlass.cri.mapping;

import io.windlass.cri.v1.Container;
import io.windlass.cri.v1.ContainerConfig;
import io.windlass.cri.v1.ContainerFilter;
import io.windlass.cri.v1.ContainerMetadata;
import io.windlass.cri.v1.ContainerState;
import io.windlass.cri.v1.Signal;
import io.windlass.pod.model.CdiDevice;
import io.windlass.pod.model.ContainerStateKind;
import io.windlass.pod.model.Device;
import io.windlass.pod.model.EnvironmentVariable;
import io.windlass.pod.model.LinuxContainerSecurityContext;
import java.util.Optional;

/** Containers: their configuration, filters and list entries. */
public final class ContainerMapping {
    private static final String SIGNAL_PREFIX = "SIGNAL_";

    private ContainerMapping() {}

    public static io.windlass.pod.model.ContainerConfig fromWire(ContainerConfig wire) {
        Refusals.require(wire.hasMetadata(), "config.metadata");
        Refusals.require(wire.hasImage(), "config.image");
        Refusals.refuse(wire.hasWindows(), "config.windows");
        boolean resources = wire.getLinux().hasResources();
        return new io.windlass.pod.model.ContainerConfig(
                metadata(wire.getMetadata()),
                ImageMapping.fromWire(wire.getImage()),
                wire.getCommandList(),
                wire.getArgsList(),
                wire.getWorkingDir(),
                wire.getEnvsList().stream()
                        .map(env -> EnvironmentVariable.of(
                                env.getKey(), env.getValue().toByteArray()))
                        .toList(),
                wire.getMountsList().stream().map(MountMapping::fromWire).toList(),
                wire.getDevicesList().stream()
                        .map(device ->
                                new Device(device.getContainerPath(), device.getHostPath(), device.getPermissions()))
                        .toList(),
                wire.getLabelsMap(),
                wire.getAnnotationsMap(),
                wire.getLogPath(),
                wire.getStdin(),
                wire.getStdinOnce(),
                wire.getTty(),
                resources
                        ? Optional.of(ResourcesMapping.fromWire(wire.getLinux().getResources()))
                        : Optional.empty(),
                wire.getLinux().hasSecurityContext()
                        ? SecurityMapping.fromWire(wire.getLinux().getSecurityContext())
                        : LinuxContainerSecurityContext.DEFAULT,
                wire.getCDIDevicesList().stream()
                        .map(device -> new CdiDevice(device.getName()))
                        .toList(),
                signal(wire));
    }

    public static io.windlass.pod.model.ContainerFilter fromWire(ContainerFilter wire) {
        return new io.windlass.pod.model.ContainerFilter(
                wire.getId(),
                wire.hasState() ? Optional.of(state(wire.getState().getState())) : Optional.empty(),
                wire.getPodSandboxId(),
                wire.getLabelSelectorMap());
    }

    /** One entry of a list. */
    public static Container listed(io.windlass.pod.model.ContainerStatus domain) {
        return Container.newBuilder()
                .setId(domain.id().value())
                .setPodSandboxId(domain.sandboxId().value())
                .setMetadata(metadata(domain.metadata()))
                .setImage(ImageMapping.toWire(domain.image()))
                .setImageRef(domain.imageRef())
                .setImageId(domain.imageId())
                .setState(state(domain.state().kind()))
                .setCreatedAt(Times.nanos(domain.createdAt()))
                .putAllLabels(domain.labels())
                .putAllAnnotations(domain.annotations())
                .build();
    }

    static ContainerMetadata metadata(io.windlass.pod.model.ContainerMetadata domain) {
        return ContainerMetadata.newBuilder()
                .setName(domain.name())
                .setAttempt(domain.attempt())
                .build();
    }

    static ContainerState state(ContainerStateKind domain) {
        return switch (domain) {
            case CREATED -> ContainerState.CONTAINER_CREATED;
            case RUNNING -> ContainerState.CONTAINER_RUNNING;
            case EXITED -> ContainerState.CONTAINER_EXITED;
            case UNKNOWN -> ContainerState.CONTAINER_UNKNOWN;
        };
    }

    static Signal signal(io.windlass.pod.model.Signal domain) {
        return Signal.valueOf(SIGNAL_PREFIX + domain.wireName());
    }

    private static io.windlass.pod.model.ContainerMetadata metadata(ContainerMetadata wire) {
        return new io.windlass.pod.model.ContainerMetadata(wire.getName(), wire.getAttempt());
    }

    private static ContainerStateKind state(ContainerState wire) {
        return switch (wire) {
            case CONTAINER_CREATED -> ContainerStateKind.CREATED;
            case CONTAINER_RUNNING -> ContainerStateKind.RUNNING;
            case CONTAINER_EXITED -> ContainerStateKind.EXITED;
            case CONTAINER_UNKNOWN -> ContainerStateKind.UNKNOWN;
            case UNRECOGNIZED -> throw Refusals.unknown("filter.state", -1);
        };
    }

    private static Optional<io.windlass.pod.model.Signal> signal(ContainerConfig wire) {
        return switch (wire.getStopSignal()) {
            case SIGNAL_RUNTIME_DEFAULT -> Optional.empty();
            case UNRECOGNIZED -> throw Refusals.unknown("config.stop_signal", wire.getStopSignalValue());
            default ->
                Optional.of(io.windlass.pod.model.Signal.parse(
                        wire.getStopSignal().name().substring(SIGNAL_PREFIX.length())));
        };
    }
}
