package io.windlass.image;

import io.windlass.image.manifest.Descriptor;
import io.windlass.image.reference.ImageId;
import java.util.List;
import java.util.Optional;

/**
 * What an image is made of.
 *
 * @param size bytes of the config and the packed layers
 * @param manifest of this node's image, as it is stored
 * @param config likewise
 * @param history the first step first
 */
public record ImageDetails(
        ImageId id, List<String> names, long size, String manifest, String config, List<Step> history) {
    public ImageDetails {
        names = List.copyOf(names);
        history = List.copyOf(history);
    }

    /** A step of its making, as its builder told it; {@code layer} is what came of it, if it was one. */
    public record Step(String created, String createdBy, String comment, Optional<Descriptor> layer) {}
}
