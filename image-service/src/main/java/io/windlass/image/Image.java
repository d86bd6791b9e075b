package io.windlass.image;

import io.windlass.image.manifest.OciImageConfig;
import io.windlass.image.reference.ImageId;
import java.util.List;

/**
 * An image of this node.
 *
 * @param repoTags full references with tags, sorted
 * @param repoDigests {@code registry/repository@digest}, where the digest is that of the index or manifest asked for; sorted
 * @param size bytes of the config and the compressed layers
 * @param pinned matches a glob of the configuration
 */
public record Image(
        ImageId id, List<String> repoTags, List<String> repoDigests, long size, OciImageConfig config, boolean pinned) {
    public Image {
        repoTags = List.copyOf(repoTags);
        repoDigests = List.copyOf(repoDigests);
    }
}
