package io.windlass.image.manifest;

import java.util.List;

/** One image for one platform: its config and its layers, lowest first. */
public record ImageManifest(Descriptor config, List<Descriptor> layers) {
    public ImageManifest {
        layers = List.copyOf(layers);
    }
}
