package io.windlass.image;

import io.windlass.image.hosts.RegistrySources;
import io.windlass.image.hosts.RegistrySources.Kind;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.DownloadLimits;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.image.unpack.UnpackLimits;
import io.windlass.linux.Kernel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A process that opens a store as the daemon does, pulls one image and closes it: for tests that kill it. */
final class PullOnce {
    private PullOnce() {}

    /**
     * @param args the store's root, the folder with {@code HOST/hosts.toml}, the reference, and how many layers are fetched at a time
     */
    public static void main(String[] args) throws InterruptedException {
        try (ImageService images = open(Path.of(args[0]), Path.of(args[1]), Integer.parseInt(args[3]))) {
            images.pull(ImageReference.parse(args[2]), RegistryAuth.ANONYMOUS);
            images.awaitDeletions();
        }
    }

    static ImageService open(Path root, Path hosts, int transfers) {
        RegistrySources sources =
                new RegistrySources(List.of(Kind.CERTS_D), List.of(hosts), hosts.resolve("none"), false, List.of());
        return ImageService.open(
                root,
                new ImageConfig(Map.of(), transfers, List.of(), UnpackLimits.DEFAULT)
                        .with(sources, Optional.empty(), DownloadLimits.DEFAULT),
                new Kernel());
    }
}
