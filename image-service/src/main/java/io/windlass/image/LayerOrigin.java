package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.image.content.ContentStore;
import io.windlass.image.manifest.Descriptor;
import io.windlass.image.manifest.ImageManifest;
import io.windlass.image.manifest.ManifestReader;
import io.windlass.image.manifest.MediaTypes;
import io.windlass.image.reference.Digest;
import io.windlass.image.store.StoredImage;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an unpacked layer was made from.
 *
 * @param archive the packed layer
 * @param diffId the digest of what is in it
 * @param below the layers that it was unpacked above; empty when it was unpacked by itself
 */
record LayerOrigin(StoredImage image, Descriptor archive, Digest diffId, List<Digest> below) {
    /** How {@code image} has the layer {@code key}; empty when its manifest is not here or damaged. */
    static Optional<LayerOrigin> of(ContentStore content, StoredImage image, Digest key) {
        int index = image.layers().indexOf(key);
        List<Digest> diffIds = image.config().diffIds();
        return manifest(content, image)
                .filter(m -> index >= 0
                        && m.layers().size() == diffIds.size()
                        && image.layers().size() == diffIds.size())
                .map(m -> new LayerOrigin(
                        image,
                        m.layers().get(index),
                        diffIds.get(index),
                        key.equals(diffIds.get(index))
                                ? List.of()
                                : image.layers().subList(0, index)));
    }

    /** The manifest of a stored image, from one of the documents that its names mean. */
    static Optional<ImageManifest> manifest(ContentStore content, StoredImage image) {
        Set<Digest> candidates = new LinkedHashSet<>(image.names().values());
        for (Digest name : Set.copyOf(candidates)) {
            document(content, name)
                    .filter(d -> MediaTypes.isIndex(ManifestReader.mediaTypeOf(d, "")))
                    .ifPresent(d -> ManifestReader.index(d).manifests().stream()
                            .map(entry -> entry.descriptor().digest())
                            .filter(image.blobs()::contains)
                            .forEach(candidates::add));
        }
        return candidates.stream()
                .flatMap(digest -> document(content, digest).stream())
                .filter(d -> MediaTypes.isManifest(ManifestReader.mediaTypeOf(d, "")))
                .map(ManifestReader::manifest)
                .filter(m -> m.config().digest().equals(image.id().config()))
                .findFirst();
    }

    private static Optional<byte[]> document(ContentStore content, Digest digest) {
        try {
            return content.read(digest);
        } catch (Fault damaged) {
            return Optional.empty();
        }
    }
}
