package io.windlass.cri.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.tomlj.TomlTable;

/** Which tables a configuration has; reads them from the files and keeps the sections for {@link ConfigReference}. */
final class ConfigLayout {
    static final Path STATE = Path.of("/run/windlass");
    private static final String REGISTRY = "registry";

    private final List<Source> files;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Section> sections = new LinkedHashMap<>();

    ConfigLayout(List<Source> files) {
        this.files = files;
    }

    List<Problem> problems() {
        return problems;
    }

    /** The sections read, by name; the one without a name holds the keys before the first table. */
    Map<String, Section> sections() {
        return sections;
    }

    Config read() {
        Section top = new Section("", files, problems);
        sections.put("", top);
        Path root = top.parsed(
                "root",
                Path.of("/var/lib/windlass"),
                Parsers::absolutePath,
                Path::toString,
                "Images, containers' files and the stores, kept over a reboot (--root).");
        Path state = top.parsed(
                "state",
                STATE,
                Parsers::absolutePath,
                Path::toString,
                "Sockets, pinned namespaces and exit records; should be on a tmpfs (--state).");
        ServerSettings server = table("server", section -> ServerSettings.read(section, state));
        CgroupSettings cgroup = table("cgroup", CgroupSettings::read);
        NetworkSettings network = table("network", NetworkSettings::read);
        CniSettings cni = table("cni", CniSettings::read);
        StreamingSettings streaming = table("streaming", StreamingSettings::read);
        NriSettings nri = table("nri", section -> NriSettings.read(section, state));
        CdiSettings cdi = table("cdi", CdiSettings::read);
        SelinuxSettings selinux = table("selinux", SelinuxSettings::read);
        ImageSettings image = table("image", ImageSettings::read);
        QuotaSettings quota = table("quota", QuotaSettings::read);
        LogSettings log = table("log", LogSettings::read);
        Map<String, RegistrySettings> registries = registries();
        refuseUnknown();
        return new Config(
                root, state, server, registries, cgroup, network, cni, streaming, nri, cdi, selinux, image, quota, log);
    }

    private <T> T table(String name, Function<Section, T> read) {
        Section section = new Section(name, tables(files, name), problems);
        sections.put(name, section);
        T result = read.apply(section);
        section.finish();
        return result;
    }

    private Map<String, RegistrySettings> registries() {
        Map<String, RegistrySettings> result = new TreeMap<>();
        List<Source> parents = tables(files, REGISTRY);
        Set<String> hosts = new TreeSet<>();
        parents.forEach(parent -> hosts.addAll(parent.keys()));
        for (String host : hosts) {
            Section section = new Section(REGISTRY + ".\"" + host + "\"", tables(parents, host), problems);
            result.put(host, RegistrySettings.read(section));
            section.finish();
        }
        return result;
    }

    private List<Source> tables(List<Source> parents, String name) {
        List<Source> result = new ArrayList<>();
        for (Source parent : parents) {
            Optional<Source> child = parent.child(name);
            child.ifPresent(result::add);
            Object value = parent.value(name);
            if (child.isEmpty() && value != null) {
                problems.add(parent.problem(name, name + " must be a table, not " + TomlType.of(value)));
            }
        }
        return result;
    }

    private void refuseUnknown() {
        Section top = sections.getOrDefault("", new Section("", List.of(), problems));
        Set<String> known = new TreeSet<>(sections.keySet());
        known.add(REGISTRY);
        top.declarations().forEach(declaration -> known.add(declaration.key()));
        for (Source file : files) {
            for (String key : file.keys()) {
                if (!known.contains(key)) {
                    boolean table = file.value(key) instanceof TomlTable;
                    String what = table ? "unknown table [" + key + "]" : "unknown key " + key;
                    String hint = Spelling.nearest(key, known)
                            .map(n -> "; did you mean " + (table ? "[" + n + "]" : n) + "?")
                            .orElse("");
                    problems.add(file.problem(key, what + hint));
                }
            }
        }
    }
}
