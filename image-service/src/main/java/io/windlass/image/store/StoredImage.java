package io.windlass.image.store;

import io.windlass.image.manifest.OciImageConfig;
import io.windlass.image.reference.Digest;
import io.windlass.image.reference.ImageId;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An image as the store keeps it.
 *
 * @param size bytes of the config and the compressed layers
 * @param layers keys of the unpacked layers, lowest first
 * @param blobs the documents and layer archives that belong to it
 * @param names tags and digests in full form, each with the digest of the index or manifest that it names
 */
public record StoredImage(
        ImageId id,
        OciImageConfig config,
        long size,
        List<Digest> layers,
        Set<Digest> blobs,
        Map<String, Digest> names) {
    public StoredImage {
        layers = List.copyOf(layers);
        blobs = Set.copyOf(blobs);
        names = Map.copyOf(names);
    }
}
