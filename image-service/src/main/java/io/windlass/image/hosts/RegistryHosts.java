package io.windlass.image.hosts;

import io.windlass.image.reference.ImageReference;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Decides which servers are asked for an image, and in which order. Thread-safe; files are looked at for each image. */
public final class RegistryHosts {
    private final List<HostSource> sources = new ArrayList<>();
    private final Optional<RegistriesFiles> registriesFiles;
    private final Optional<RegistriesFiles> aliases;
    private final CertificateFolders certificates;

    /** @param endpoints for a registry, as references write it, the URLs to try before the registry itself; comes before all files */
    public RegistryHosts(Map<String, List<URI>> endpoints, RegistrySources files) {
        this.certificates = new CertificateFolders(files.certificateFolders());
        this.registriesFiles = files.order().contains(RegistrySources.Kind.REGISTRIES_CONF)
                ? Optional.of(new RegistriesFiles(files.registriesConf(), certificates, files.shortNameAliases()))
                : Optional.empty();
        this.aliases = files.shortNameAliases() ? registriesFiles : Optional.empty();
        sources.add(new MirrorTable(endpoints, certificates));
        for (RegistrySources.Kind kind : files.order()) {
            switch (kind) {
                case CERTS_D -> sources.add(new HostFolders(files.hostFolders()));
                case REGISTRIES_CONF -> registriesFiles.ifPresent(sources::add);
            }
        }
    }

    public RegistryHosts(Map<String, List<URI>> endpoints) {
        this(endpoints, RegistrySources.NONE);
    }

    /** At least one server, the preferred one first. A Fault where the image's registry is blocked, or its files are wrong. */
    public List<Endpoint> endpoints(ImageReference reference) {
        registriesFiles.ifPresent(files -> files.refuseBlocked(reference));
        return first(source -> source.named(reference))
                .or(() -> first(source -> source.otherwise(reference)))
                .filter(endpoints -> !endpoints.isEmpty())
                .orElseGet(() -> List.of(MirrorTable.origin(reference, certificates)));
    }

    private Optional<List<Endpoint>> first(Function<HostSource, Optional<List<Endpoint>>> ask) {
        return sources.stream().map(ask).flatMap(Optional::stream).findFirst();
    }

    /** A reference as users write it, of which a short name is replaced by what it is an alias of. */
    public ImageReference parse(String text) {
        return ImageReference.parse(
                aliases.flatMap(files -> expanded(files, text)).orElse(text));
    }

    private static Optional<String> expanded(RegistriesFiles files, String text) {
        int at = text.indexOf('@');
        String named = at < 0 ? text : text.substring(0, at);
        int slash = named.indexOf('/');
        if (slash >= 0 && named.substring(0, slash).matches("localhost|.*[.:].*")) {
            return Optional.empty();
        }
        int colon = named.lastIndexOf(':');
        int end = colon > named.lastIndexOf('/') ? colon : named.length();
        return files.alias(named.substring(0, end)).map(full -> full + text.substring(end));
    }

    /** Programs that the node's files name for credentials, in order; absent where they name none. */
    public Optional<List<String>> credentialHelpers() {
        return registriesFiles.flatMap(RegistriesFiles::helpers);
    }

    /** What is wrong with the files that have been read, and what of them is not used. */
    public List<Flaw> remarks() {
        return sources.stream().flatMap(source -> source.remarks().stream()).toList();
    }
}
