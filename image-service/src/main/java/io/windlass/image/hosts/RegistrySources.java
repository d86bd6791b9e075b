package io.windlass.image.hosts;

import java.nio.file.Path;
import java.util.List;

/**
 * Where a node keeps what it knows of registries.
 *
 * @param order the kinds of sources that count; the first that names a registry decides about it
 * @param hostFolders folders of folders with {@code hosts.toml}
 * @param registriesConf {@code registries.conf}, which has its folder {@code registries.conf.d} beside it
 * @param shortNameAliases whether short names may stand for what {@code registries.conf} says, and not for docker.io's images
 * @param certificateFolders folders of folders with certificates, for servers that are not from {@code hosts.toml}
 */
public record RegistrySources(
        List<Kind> order,
        List<Path> hostFolders,
        Path registriesConf,
        boolean shortNameAliases,
        List<Path> certificateFolders) {
    /** No files are looked at. */
    public static final RegistrySources NONE =
            new RegistrySources(List.of(), List.of(), Path.of("/"), false, List.of());

    public RegistrySources {
        order = List.copyOf(order);
        hostFolders = List.copyOf(hostFolders);
        certificateFolders = List.copyOf(certificateFolders);
    }

    /** The forms in which nodes describe registries. */
    public enum Kind {
        /** containerd's folders of {@code hosts.toml}. */
        CERTS_D,
        /** containers-registries.conf(5). */
        REGISTRIES_CONF
    }
}
