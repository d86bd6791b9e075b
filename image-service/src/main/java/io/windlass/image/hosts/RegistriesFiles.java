package io.windlass.image.hosts;

import io.windlass.fault.Fault;
import io.windlass.image.reference.ImageReference;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * {@code registries.conf} and the files of {@code registries.conf.d} beside it, of which a later one's registries take the place of an
 * earlier one's. Thread-safe.
 *
 * <p>A file that becomes unreadable stays in force as it was, and one that never was readable is left out: the others count.
 */
final class RegistriesFiles implements HostSource {
    private static final System.Logger LOG = System.getLogger(RegistriesFiles.class.getName());

    private final Path main;
    private final boolean useAliases;
    private final CertificateFolders certificates;
    private final FromFiles<Merged> merged = new FromFiles<>(this::look, this::load);
    private final Map<Path, RegistriesConf> usable = new HashMap<>();

    /** @param useAliases whether short names may stand for others than those of docker.io */
    RegistriesFiles(Path main, CertificateFolders certificates, boolean useAliases) {
        this.main = main;
        this.useAliases = useAliases;
        this.certificates = certificates;
    }

    @Override
    public Optional<List<Endpoint>> named(ImageReference reference) {
        return find(reference).map(entry -> {
            entry.refuseFlaws();
            entry.refuseBlocked();
            List<Endpoint> endpoints = new ArrayList<>();
            for (Mirror mirror : entry.mirrors()) {
                if (mirror.pull().fits(reference)) {
                    endpoints.addAll(endpoints(mirror, entry.at(mirror, reference)));
                }
            }
            endpoints.addAll(endpoints(entry.server(), entry.at(entry.server(), reference)));
            return List.copyOf(endpoints);
        });
    }

    /** Whatever other sources say of a registry, one that is blocked here is not pulled from. */
    void refuseBlocked(ImageReference reference) {
        find(reference).ifPresent(RegistryEntry::refuseBlocked);
    }

    private Optional<RegistryEntry> find(ImageReference reference) {
        return merged.get().registries().values().stream()
                .filter(entry -> entry.match(reference) >= 0)
                .max(Comparator.comparingInt(entry -> entry.prefix().length()));
    }

    private List<Endpoint> endpoints(Mirror mirror, ImageReference there) {
        String registry = there.repository().registry();
        String server = Authority.server(registry);
        TlsFiles tls = certificates.of(registry);
        if (!mirror.insecure()) {
            return List.of(endpoint(Authority.scheme(server, tls), server, there, tls, false, mirror.place()));
        }
        return List.of(
                endpoint("https", server, there, tls.unverified(), false, mirror.place()),
                endpoint("http", server, there, tls.unverified(), true, mirror.place()));
    }

    private static Endpoint endpoint(
            String scheme, String server, ImageReference there, TlsFiles tls, boolean onlyIfUnreachable, String place) {
        Endpoint known = Endpoint.of(
                java.net.URI.create(scheme + "://" + server),
                Authority.forCredentials(server),
                there.repository().path(),
                tls,
                place);
        return onlyIfUnreachable ? known.ifUnreachable() : known;
    }

    /** The full name that a short one stands for. */
    Optional<String> alias(String name) {
        return Optional.ofNullable(merged.get().aliases().get(name)).filter(full -> !full.isEmpty());
    }

    /** Programs to ask for credentials, in order; absent where no file says. */
    Optional<List<String>> helpers() {
        return merged.get().helpers();
    }

    @Override
    public List<Flaw> remarks() {
        return merged.get().remarks();
    }

    private List<Path> files() {
        List<Path> result = new ArrayList<>();
        if (Files.exists(main)) {
            result.add(main);
        }
        Path folder = main.resolveSibling(main.getFileName() + ".d");
        if (Files.isDirectory(folder)) {
            try (Stream<Path> entries = Files.list(folder)) {
                entries.filter(entry -> entry.toString().endsWith(".conf"))
                        .sorted()
                        .forEach(result::add);
            } catch (IOException e) {
                throw Fault.precondition("cannot read folder " + folder + ": " + e);
            }
        }
        return result;
    }

    private List<FileStamp> look() {
        return files().stream().map(FileStamp::of).toList();
    }

    private Merged load() {
        Merged result = new Merged(new LinkedHashMap<>(), Optional.empty(), new HashMap<>(), new ArrayList<>());
        List<Path> files = files();
        usable.keySet().retainAll(files);
        for (Path file : files) {
            try {
                usable.put(file, RegistriesConf.read(file, useAliases));
            } catch (IOException | Fault e) {
                String state = usable.containsKey(file) ? "; it counts as it was before" : "; it does not count";
                Flaw flaw = new Flaw(file, 0, e.getMessage() + state);
                LOG.log(Level.WARNING, flaw.toString());
                result.remarks().add(flaw);
            }
            if (usable.containsKey(file)) {
                result = result.with(usable.get(file));
            }
        }
        return result;
    }

    /** All files together. */
    private record Merged(
            Map<String, RegistryEntry> registries,
            Optional<List<String>> helpers,
            Map<String, String> aliases,
            List<Flaw> remarks) {
        Merged with(RegistriesConf later) {
            Map<String, RegistryEntry> own = new LinkedHashMap<>();
            for (RegistryEntry entry : later.registries()) {
                RegistryEntry before = own.putIfAbsent(entry.prefix(), entry);
                if (before != null) {
                    // Nobody can know which of the two is meant.
                    List<Flaw> flaws = new ArrayList<>(before.flaws());
                    flaws.add(new Flaw(
                            Path.of(entry.server().place()), 0, "there is another [[registry]] of " + entry.prefix()));
                    own.put(
                            entry.prefix(),
                            new RegistryEntry(
                                    entry.prefix(),
                                    before.blocked() || entry.blocked(),
                                    List.of(),
                                    entry.server(),
                                    flaws));
                }
            }
            registries.putAll(own);
            aliases.putAll(later.aliases());
            remarks.addAll(later.remarks());
            return new Merged(registries, later.helpers().or(() -> helpers), aliases, remarks);
        }
    }
}
