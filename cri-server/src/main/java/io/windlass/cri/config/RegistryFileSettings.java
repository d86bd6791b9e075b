package io.windlass.cri.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code [image]} says of the files in which a node describes registries.
 *
 * @param sources the kinds that count: the first that names a registry decides about it
 * @param certificateDirs for servers that are not from {@code hosts.toml}
 */
public record RegistryFileSettings(
        List<Source> sources,
        List<Path> hostsDirs,
        Path registriesConf,
        boolean shortNameAliases,
        List<Path> certificateDirs,
        Optional<Path> authFile) {
    /** Kinds of files. */
    public enum Source {
        CERTS_D("certs.d"),
        REGISTRIES_CONF("registries.conf");

        private final String spelling;

        Source(String spelling) {
            this.spelling = spelling;
        }

        public String spelling() {
            return spelling;
        }

        private static Source parse(String text) {
            for (Source source : values()) {
                if (source.spelling.equals(text)) {
                    return source;
                }
            }
            throw new IllegalArgumentException("\"" + text + "\" is none of \"certs.d\" and \"registries.conf\"");
        }
    }

    static RegistryFileSettings read(Section section) {
        return new RegistryFileSettings(
                section
                        .texts(
                                "registry_sources",
                                List.of("certs.d", "registries.conf"),
                                "Files that count; the first kind that names a registry decides. [registry] tables come before.")
                        .stream()
                        .map(text -> source(section, text))
                        .flatMap(Optional::stream)
                        .distinct()
                        .toList(),
                paths(
                        section,
                        "hosts_dirs",
                        List.of("/etc/containerd/certs.d", "/etc/docker/certs.d"),
                        "Folders with HOST/hosts.toml, or HOST_PORT_/hosts.toml, and _default/hosts.toml."),
                section.parsed(
                        "registries_conf",
                        Path.of("/etc/containers/registries.conf"),
                        Parsers::absolutePath,
                        Path::toString,
                        "The file of registries in the form of containers-registries.conf(5), with its folder .d beside it."),
                section.flag(
                        "short_name_aliases",
                        false,
                        "Whether short names may stand for what [aliases] there say; else all are docker.io's, as on every node."),
                paths(
                        section,
                        "certificate_dirs",
                        List.of("/etc/containers/certs.d", "/etc/docker/certs.d"),
                        "Folders with HOST:PORT/*.crt, *.cert and *.key, for servers that are not from hosts.toml."),
                section.parsed(
                        "auth_file",
                        Optional.empty(),
                        text -> text.isEmpty() ? Optional.empty() : Optional.of(Parsers.absolutePath(text)),
                        path -> path.map(Path::toString).orElse(""),
                        "A Docker config.json with credentials for pulls that bring none; every pod can use them."));
    }

    private static Optional<Source> source(Section section, String text) {
        try {
            return Optional.of(Source.parse(text));
        } catch (IllegalArgumentException e) {
            section.refuse("registry_sources", String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static List<Path> paths(Section section, String key, List<String> fallback, String description) {
        return section.texts(key, fallback, description).stream()
                .map(text -> path(section, key, text))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Path> path(Section section, String key, String text) {
        try {
            return Optional.of(Parsers.absolutePath(text));
        } catch (IllegalArgumentException e) {
            section.refuse(key, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }
}
