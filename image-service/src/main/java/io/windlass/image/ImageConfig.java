package io.windlass.image;

import io.windlass.image.hosts.RegistrySources;
import io.windlass.image.registry.DownloadLimits;
import io.windlass.image.trust.SignaturePolicies;
import io.windlass.image.unpack.UnpackLimits;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How images are fetched and kept.
 *
 * @param endpoints for a registry (host, with port where references have one) the URLs to try in order, before the registry
 *     itself
 * @param sources where else the node describes registries
 * @param authFile Docker's config.json or a file like it, with credentials for pulls that bring none
 * @param policies what signatures images must have
 * @param parallelTransfers how many layers are fetched and unpacked at a time, over all pulls
 * @param keepBlobs whether packed layers stay when they are unpacked; without them an image cannot be pushed or saved as it came
 * @param pinnedImages globs over full references ({@code *} also matches slashes): what kubelet may not collect
 */
public record ImageConfig(
        Map<String, List<URI>> endpoints,
        RegistrySources sources,
        Optional<Path> authFile,
        SignaturePolicies policies,
        int parallelTransfers,
        DownloadLimits downloads,
        List<String> pinnedImages,
        UnpackLimits limits,
        boolean keepBlobs) {
    public static final ImageConfig DEFAULT = new ImageConfig(Map.of(), 8, List.of(), UnpackLimits.DEFAULT);

    public ImageConfig {
        endpoints = Map.copyOf(endpoints);
        pinnedImages = List.copyOf(pinnedImages);
    }

    /** Without any of the node's files. */
    public ImageConfig(
            Map<String, List<URI>> endpoints, int parallelTransfers, List<String> pinnedImages, UnpackLimits limits) {
        this(
                endpoints,
                RegistrySources.NONE,
                Optional.empty(),
                SignaturePolicies.NONE,
                parallelTransfers,
                DownloadLimits.DEFAULT,
                pinnedImages,
                limits,
                true);
    }

    /** The same with other files to read. */
    public ImageConfig with(RegistrySources otherSources, Optional<Path> otherAuthFile, DownloadLimits otherDownloads) {
        return new ImageConfig(
                endpoints,
                otherSources,
                otherAuthFile,
                policies,
                parallelTransfers,
                otherDownloads,
                pinnedImages,
                limits,
                keepBlobs);
    }

    /** The same with other signature policies. */
    public ImageConfig with(SignaturePolicies otherPolicies) {
        return new ImageConfig(
                endpoints,
                sources,
                authFile,
                otherPolicies,
                parallelTransfers,
                downloads,
                pinnedImages,
                limits,
                keepBlobs);
    }

    /** The same, keeping packed layers or not. */
    public ImageConfig keepingBlobs(boolean keep) {
        return new ImageConfig(
                endpoints, sources, authFile, policies, parallelTransfers, downloads, pinnedImages, limits, keep);
    }
}
