package io.windlass.cri.wiring;

import io.windlass.cri.config.Config;
import io.windlass.cri.config.DownloadSettings;
import io.windlass.cri.config.ImageSettings;
import io.windlass.cri.config.RegistryFileSettings;
import io.windlass.cri.recovery.Closing;
import io.windlass.image.ImageConfig;
import io.windlass.image.ImageService;
import io.windlass.image.hosts.RegistrySources;
import io.windlass.image.registry.DownloadLimits;
import io.windlass.image.trust.SignaturePolicies;
import io.windlass.image.unpack.UnpackLimits;
import io.windlass.linux.Syscalls;
import io.windlass.pod.rootfs.RootfsProvider;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Images, and the roots of containers made from them. */
@Singleton
final class ImageWiring {
    @Produces
    @Singleton
    ImageService images(Config config, Syscalls kernel, Closing closing) {
        return closing.later(ImageService.open(config.root(), settings(config), kernel));
    }

    @Produces
    @Singleton
    RootfsProvider roots(ImageService images, Syscalls kernel) {
        return new ImageRootfs(images, kernel);
    }

    private static ImageConfig settings(Config config) {
        ImageSettings image = config.image();
        Map<String, List<URI>> endpoints = config.registries().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, registry -> registry.getValue().endpoints()));
        DownloadSettings downloads = image.downloads();
        RegistryFileSettings files = image.registries();
        return new ImageConfig(
                        endpoints,
                        image.parallelTransfers(),
                        image.pinned(),
                        new UnpackLimits(image.maxLayerBytes(), image.maxLayerEntries()))
                .with(
                        new RegistrySources(
                                files.sources().stream().map(ImageWiring::kind).toList(),
                                files.hostsDirs(),
                                files.registriesConf(),
                                files.shortNameAliases(),
                                files.certificateDirs()),
                        files.authFile(),
                        new DownloadLimits(
                                downloads.overall(),
                                downloads.perRegistry(),
                                downloads.partsFrom(),
                                downloads.partSize(),
                                downloads.partsAtATime(),
                                downloads.stall()))
                .with(new SignaturePolicies(
                        image.signatures().policy(), image.signatures().namespacePolicies()))
                .keepingBlobs(image.keepBlobs());
    }

    private static RegistrySources.Kind kind(RegistryFileSettings.Source source) {
        return switch (source) {
            case CERTS_D -> RegistrySources.Kind.CERTS_D;
            case REGISTRIES_CONF -> RegistrySources.Kind.REGISTRIES_CONF;
        };
    }
}
