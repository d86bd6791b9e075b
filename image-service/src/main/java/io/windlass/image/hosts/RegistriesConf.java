package io.windlass.image.hosts;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One file {@code registries.conf} of version 2, or one of {@code registries.conf.d}, as containers-registries.conf(5) documents it.
 * Immutable.
 *
 * @param helpers of credentials; absent where the file does not say
 * @param aliases full names for short ones; an empty one takes back what an earlier file has
 * @param remarks what is not used of it, and what is wrong with it
 */
record RegistriesConf(
        List<RegistryEntry> registries,
        Optional<List<String>> helpers,
        Map<String, String> aliases,
        List<Flaw> remarks) {
    private static final Pattern SCHEME = Pattern.compile("^[a-z]+://");
    private static final Pattern HOST_FIRST = Pattern.compile("^(localhost(/|$)|[^/]*[.:])");
    private static final String NOT_SEARCHED =
            "short names stand for images of docker.io, the same on every node; see short_name_aliases";

    RegistriesConf {
        registries = List.copyOf(registries);
        aliases = Map.copyOf(aliases);
        remarks = List.copyOf(remarks);
    }

    /**
     * @param useAliases whether short names may stand for others than those of docker.io
     * @throws Fault FAILED_PRECONDITION when it is no TOML at all; mistakes in one registry are that registry's alone
     */
    static RegistriesConf read(Path file, boolean useAliases) throws IOException {
        Toml top = Toml.read(file);
        if (!top.flaws().isEmpty()) {
            throw Flaw.fault(top.flaws());
        }
        List<RegistryEntry> registries = new ArrayList<>(old(top));
        for (Toml table : top.tables("registry")) {
            registries.add(registry(table.apart()));
        }
        List<String> searched = top.texts("unqualified-search-registries");
        if (!searched.isEmpty() && !searched.equals(List.of("docker.io"))) {
            top.passOver("unqualified-search-registries", NOT_SEARCHED);
        }
        top.passOver("short-name-mode", NOT_SEARCHED);
        top.passOver("additional-layer-store-auth-helper", "there are no additional layer stores");
        Optional<List<String>> helpers =
                top.has("credential-helpers") ? Optional.of(top.texts("credential-helpers")) : Optional.empty();
        Map<String, String> aliases = useAliases ? aliases(top) : Map.of();
        if (!useAliases) {
            top.passOver("aliases", NOT_SEARCHED);
        }
        top.finish();
        List<Flaw> remarks = new ArrayList<>(top.flaws());
        remarks.addAll(top.remarks());
        registries.forEach(registry -> remarks.addAll(registry.flaws()));
        return new RegistriesConf(registries, helpers, aliases, remarks);
    }

    /** Version 1 named registries in lists: those are refused, as half of what is meant is not known. */
    private static List<RegistryEntry> old(Toml top) {
        List<RegistryEntry> result = new ArrayList<>();
        top.table("registries").ifPresent(lists -> {
            top.remark("registries", "is version 1 of registries.conf, which is not read; write [[registry]] tables");
            for (Map.Entry<String, Toml> list : lists.children().entrySet()) {
                String reason = "[registries." + list.getKey()
                        + "] is version 1 of registries.conf, which is not read; write a [[registry]] table";
                if (!list.getKey().equals("search")) {
                    for (String name : list.getValue().texts("registries")) {
                        Toml table = list.getValue().apart();
                        table.flaw("registries", reason);
                        result.add(entry(table, name, false, List.of(), new Mirror("", false, Mirror.For.ALL, "")));
                    }
                }
            }
        });
        return result;
    }

    private static RegistryEntry registry(Toml table) {
        String location = location(table);
        String prefix = trimmed(table, "prefix").orElse(location);
        if (prefix.isEmpty()) {
            table.flaw("prefix", "it or location is needed");
        }
        if (prefix.contains("*") && !prefix.matches("\\*\\.[^*]+")) {
            table.flaw(
                    "prefix",
                    "\"" + prefix + "\": a star may only stand for the beginning of a host, as in *.example.com");
        }
        boolean insecure = table.flag("insecure").orElse(false);
        boolean blocked = table.flag("blocked").orElse(false);
        boolean byDigestOnly = table.flag("mirror-by-digest-only").orElse(false);
        List<Mirror> mirrors = new ArrayList<>();
        for (Toml mirror : table.tables("mirror")) {
            mirrors.add(mirror(mirror, byDigestOnly));
        }
        table.finish();
        return entry(table, prefix, blocked, mirrors, new Mirror(location, insecure, Mirror.For.ALL, table.place()));
    }

    private static RegistryEntry entry(
            Toml table, String prefix, boolean blocked, List<Mirror> mirrors, Mirror server) {
        return new RegistryEntry(prefix, blocked, mirrors, server, table.flaws());
    }

    private static Mirror mirror(Toml table, boolean byDigestOnly) {
        String location = location(table);
        if (location.isEmpty()) {
            table.flaw("location", "a mirror needs it");
        }
        Optional<String> pull = table.text("pull-from-mirror").filter(text -> !text.isEmpty());
        if (pull.isPresent() && byDigestOnly) {
            table.flaw("pull-from-mirror", "does not go with mirror-by-digest-only of the registry");
        }
        Mirror result = new Mirror(
                location,
                table.flag("insecure").orElse(false),
                byDigestOnly
                        ? Mirror.For.DIGEST_ONLY
                        : pull.map(text -> references(table, text)).orElse(Mirror.For.ALL),
                table.place());
        table.finish();
        return result;
    }

    private static Mirror.For references(Toml table, String text) {
        for (Mirror.For each : Mirror.For.values()) {
            if (each.spelling().equals(text)) {
                return each;
            }
        }
        table.flaw("pull-from-mirror", "\"" + text + "\" is none of \"all\", \"digest-only\" and \"tag-only\"");
        return Mirror.For.ALL;
    }

    private static String location(Toml table) {
        Optional<String> location = trimmed(table, "location");
        if (location.isPresent() && !HOST_FIRST.matcher(location.get()).find()) {
            // As part of a reference it would be a repository of docker.io.
            table.flaw(
                    "location",
                    "\"" + location.get() + "\" must begin with a host that has a dot or a port, or is localhost");
        }
        return location.orElse("");
    }

    private static Optional<String> trimmed(Toml table, String key) {
        Optional<String> text =
                table.text(key).map(given -> given.replaceFirst("/+$", "")).filter(given -> !given.isEmpty());
        if (text.isPresent() && SCHEME.matcher(text.get()).find()) {
            table.flaw(key, "\"" + text.get() + "\" must be without http:// or https://; see insecure");
        }
        return text;
    }

    private static Map<String, String> aliases(Toml top) {
        Map<String, String> result = new LinkedHashMap<>();
        top.table("aliases")
                .ifPresent(aliases ->
                        aliases.keys().forEach(name -> aliases.text(name).ifPresent(full -> result.put(name, full))));
        return result;
    }
}
