package io.windlass.pod.rootfs;

import io.windlass.pod.model.ContainerId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The port to whoever keeps images and writable layers; the daemon wires the image service to it.
 *
 * <p>Thread-safe. Every method with an id is idempotent.
 */
public interface RootfsProvider {
    /** The image that a request names by reference or id, if it is on this machine. */
    Optional<ResolvedImage> resolve(String referenceOrId);

    /** Makes the writable layer of a container, or returns the one that it has. */
    Rootfs prepare(ContainerId id, ResolvedImage image);

    /**
     * Keeps an image as long as the container is not removed, and says where a folder or file of it lies.
     *
     * @param number which of the container's volumes it is
     * @param subPath below the image's root; empty for all of it
     * @return empty when the image has no such folder or file
     */
    Optional<ImageVolume> prepareVolume(ContainerId id, int number, ResolvedImage image, String subPath);

    /** The layers of a container that were prepared earlier. */
    Optional<Rootfs> find(ContainerId id);

    /** Gives the writable layer and the images of volumes back; of an unknown container too, without an error. */
    void remove(ContainerId id);

    /** Packs what a container has changed of its image, as a layer of the OCI image specification. */
    void saveChanges(ContainerId id, Path archive);

    /** Puts what {@link #saveChanges} packed into a writable layer that nobody has used. */
    void applyChanges(ContainerId id, Path archive);

    Archives archives();

    /** What the writable layer of a container takes now. */
    RootfsUsage usage(ContainerId id);

    /** What all writable layers lie below. */
    Path folder();

    /** The filesystem that writable layers lie on. */
    RootfsCapacity capacity();

    /** The containers that have a writable layer or images of volumes, for start-up. */
    List<ContainerId> list();
}
