package io.windlass.image;

import io.windlass.image.unpack.UnpackLimits;
import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * How images are fetched and kept.
 *
 * @param endpoints for a registry (host, with port where references have one) the URLs to try in order, before the registry
 *     itself
 * @param parallelTransfers how many layers are fetched and unpacked at a time, over all pulls
 * @param pinnedImages globs over full references ({@code *} also matches slashes): what kubelet may not collect
 */
public record ImageConfig(
        Map<String, List<URI>> endpoints, int parallelTransfers, List<String> pinnedImages, UnpackLimits limits) {
    public static final ImageConfig DEFAULT = new ImageConfig(Map.of());

    public ImageConfig {
        endpoints = Map.copyOf(endpoints);
        pinnedImages = List.copyOf(pinnedImages);
    }

    public ImageConfig(Map<String, List<URI>> endpoints) {
        this(endpoints, 4, List.of(), UnpackLimits.DEFAULT);
    }
}
