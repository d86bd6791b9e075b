package io.windlass.image.hosts;

import io.windlass.fault.Fault;
import io.windlass.image.reference.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Folders of containerd's: one for each registry, {@code HOST} or {@code HOST_PORT_}, with {@code hosts.toml} or certificates in it, and
 * {@code _default} for the others. Thread-safe.
 */
final class HostFolders implements HostSource {
    static final String FILE = "hosts.toml";
    private static final String DEFAULT = "_default";
    private static final int MOST_KNOWN = 1000;

    private final List<Path> roots;
    private final Map<Path, FromFiles<Folder>> folders = new LinkedHashMap<>();

    /** @param roots such as /etc/containerd/certs.d; the first that has a registry's folder counts */
    HostFolders(List<Path> roots) {
        this.roots = List.copyOf(roots);
    }

    @Override
    public Optional<List<Endpoint>> named(ImageReference reference) {
        String registry = reference.repository().registry();
        int colon = registry.lastIndexOf(':');
        return colon > registry.lastIndexOf(']')
                ? endpoints(
                        reference, registry.substring(0, colon) + "_" + registry.substring(colon + 1) + "_", registry)
                : endpoints(reference, registry);
    }

    @Override
    public Optional<List<Endpoint>> otherwise(ImageReference reference) {
        return endpoints(reference, DEFAULT);
    }

    @Override
    public List<Flaw> remarks() {
        List<FromFiles<Folder>> known;
        synchronized (folders) {
            known = List.copyOf(folders.values());
        }
        return known.stream().flatMap(folder -> folder.get().remarks().stream()).toList();
    }

    private Optional<List<Endpoint>> endpoints(ImageReference reference, String... names) {
        for (Path root : roots) {
            for (String name : names) {
                Path place = root.resolve(name);
                if (Files.isDirectory(place)) {
                    List<HostEntry> hosts = folder(place).get().hosts();
                    return Optional.of(
                            hosts.stream().map(host -> host.endpoint(reference)).toList());
                }
            }
        }
        return Optional.empty();
    }

    private FromFiles<Folder> folder(Path place) {
        synchronized (folders) {
            if (folders.size() >= MOST_KNOWN) {
                folders.clear();
            }
            return folders.computeIfAbsent(
                    place, p -> new FromFiles<>(() -> CertificateFolder.stamps(p), () -> Folder.read(p)));
        }
    }

    /** What is in one folder: servers, or why they cannot be known. */
    private record Folder(List<HostEntry> servers, Optional<Fault> failure, List<Flaw> remarks) {
        static Folder read(Path place) {
            Path file = place.resolve(FILE);
            try {
                if (!Files.exists(file) || Files.size(file) == 0) {
                    TlsFiles tls = CertificateFolder.read(place);
                    return new Folder(List.of(HostEntry.origin(tls, place.toString())), Optional.empty(), List.of());
                }
                HostsToml parsed = HostsToml.read(file);
                return new Folder(parsed.hosts(), Optional.empty(), parsed.remarks());
            } catch (IOException e) {
                return broken(file, Fault.precondition("cannot read " + file + ": " + e));
            } catch (Fault e) {
                return broken(file, e);
            }
        }

        private static Folder broken(Path file, Fault failure) {
            return new Folder(List.of(), Optional.of(failure), List.of(new Flaw(file, 0, failure.getMessage())));
        }

        /** Without them the registry might be asked for what a mirror is to give: so a broken file fails the pull. */
        List<HostEntry> hosts() {
            failure.ifPresent(fault -> {
                throw new Fault(fault.kind(), fault.getMessage(), fault);
            });
            return servers;
        }
    }
}
