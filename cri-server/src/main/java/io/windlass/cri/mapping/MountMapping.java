package io.windlass.cri.mapping;

import io.windlass.cri.v1.Mount;
import io.windlass.pod.model.MountPropagation;
import java.util.Optional;

/** Volumes of containers. */
final class MountMapping {
    private MountMapping() {}

    static io.windlass.pod.model.Mount fromWire(Mount wire) {
        return new io.windlass.pod.model.Mount(
                wire.getContainerPath(),
                wire.getHostPath(),
                wire.getReadonly(),
                wire.getSelinuxRelabel(),
                propagation(wire),
                NamespaceMapping.mappings(wire.getUidMappingsList()),
                NamespaceMapping.mappings(wire.getGidMappingsList()),
                wire.getRecursiveReadOnly(),
                wire.hasImage() ? Optional.of(ImageMapping.fromWire(wire.getImage())) : Optional.empty(),
                wire.getImageSubPath(),
                wire.getMountOptionsList());
    }

    static Mount toWire(io.windlass.pod.model.Mount domain) {
        Mount.Builder wire = Mount.newBuilder()
                .setContainerPath(domain.containerPath())
                .setHostPath(domain.hostPath())
                .setReadonly(domain.readonly())
                .setSelinuxRelabel(domain.selinuxRelabel())
                .setPropagation(propagation(domain.propagation()))
                .addAllUidMappings(NamespaceMapping.mappingsToWire(domain.uidMappings()))
                .addAllGidMappings(NamespaceMapping.mappingsToWire(domain.gidMappings()))
                .setRecursiveReadOnly(domain.recursiveReadOnly())
                .setImageSubPath(domain.imageSubPath())
                .addAllMountOptions(domain.mountOptions());
        domain.image().ifPresent(image -> wire.setImage(ImageMapping.toWire(image)));
        return wire.build();
    }

    private static MountPropagation propagation(Mount wire) {
        return switch (wire.getPropagation()) {
            case PROPAGATION_PRIVATE -> MountPropagation.PRIVATE;
            case PROPAGATION_HOST_TO_CONTAINER -> MountPropagation.HOST_TO_CONTAINER;
            case PROPAGATION_BIDIRECTIONAL -> MountPropagation.BIDIRECTIONAL;
            case UNRECOGNIZED -> throw Refusals.unknown("config.mounts.propagation", wire.getPropagationValue());
        };
    }

    private static io.windlass.cri.v1.MountPropagation propagation(MountPropagation domain) {
        return switch (domain) {
            case PRIVATE -> io.windlass.cri.v1.MountPropagation.PROPAGATION_PRIVATE;
            case HOST_TO_CONTAINER -> io.windlass.cri.v1.MountPropagation.PROPAGATION_HOST_TO_CONTAINER;
            case BIDIRECTIONAL -> io.windlass.cri.v1.MountPropagation.PROPAGATION_BIDIRECTIONAL;
        };
    }
}
