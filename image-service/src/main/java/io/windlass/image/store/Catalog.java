package io.windlass.image.store;

import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** All that is known at one moment. Immutable, so that reading needs no lock and no disk. */
record Catalog(
        Map<ImageId, StoredImage> images,
        Map<String, ImageId> names,
        Map<Digest, StoredLayer> layers,
        Map<Digest, Long> blobs) {
    Catalog {
        images = Map.copyOf(images);
        names = Map.copyOf(names);
        layers = Map.copyOf(layers);
        blobs = Map.copyOf(blobs);
    }

    static Catalog of(Map<ImageId, StoredImage> images, Map<Digest, StoredLayer> layers, Map<Digest, Long> blobs) {
        Map<String, ImageId> names = new HashMap<>();
        images.values().forEach(image -> image.names().keySet().forEach(name -> names.put(name, image.id())));
        return new Catalog(images, names, layers, blobs);
    }

    Optional<StoredImage> named(String name) {
        return Optional.ofNullable(names.get(name)).map(images::get);
    }
}
