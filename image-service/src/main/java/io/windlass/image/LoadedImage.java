package io.windlass.image;

import io.windlass.image.reference.ImageId;
import java.util.List;

/** An image that has come from an archive, and the names that it was given. */
public record LoadedImage(ImageId id, List<String> names) {
    public LoadedImage {
        names = List.copyOf(names);
    }
}
