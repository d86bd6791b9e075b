package io.windlass.pod.model;

import java.util.List;
import java.util.Optional;

/** A volume of a container: a path of the node, or, when {@code image} is present, a folder of an image. */
public record Mount(
        String containerPath,
        String hostPath,
        boolean readonly,
        boolean selinuxRelabel,
        MountPropagation propagation,
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings,
        boolean recursiveReadOnly,
        Optional<ImageSpec> image,
        String imageSubPath,
        List<String> mountOptions) {
    public Mount {
        uidMappings = List.copyOf(uidMappings);
        gidMappings = List.copyOf(gidMappings);
        mountOptions = List.copyOf(mountOptions);
    }

    /** The same with the image's id said, where it is a mount of an image. */
    public Mount withImageRef(String imageId) {
        return new Mount(
                containerPath,
                hostPath,
                readonly,
                selinuxRelabel,
                propagation,
                uidMappings,
                gidMappings,
                recursiveReadOnly,
                image.map(spec -> spec.withImageRef(imageId)),
                imageSubPath,
                mountOptions);
    }

    /** A private, writable bind. */
    public static Mount bind(String hostPath, String containerPath) {
        return new Mount(
                containerPath,
                hostPath,
                false,
                false,
                MountPropagation.PRIVATE,
                List.of(),
                List.of(),
                false,
                Optional.empty(),
                "",
                List.of());
    }
}
