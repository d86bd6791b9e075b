package io.windlass.image.hosts;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One {@code hosts.toml}, as containerd documents it: servers to ask in the order of the file, then the registry's own, which the keys
 * before the first table are about. Immutable.
 */
record HostsToml(List<HostEntry> hosts, List<Flaw> remarks) {
    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Set<String> OURS =
            Set.of("host", "connection", "content-length", "expect", "upgrade", "transfer-encoding", "range", "accept");

    HostsToml {
        hosts = List.copyOf(hosts);
        remarks = List.copyOf(remarks);
    }

    /** @throws io.windlass.fault.Fault FAILED_PRECONDITION with each flaw and its line */
    static HostsToml read(Path file) throws IOException {
        Toml top = Toml.read(file);
        List<HostEntry> hosts = new ArrayList<>();
        if (top.flaws().isEmpty()) {
            for (Map.Entry<String, Toml> host :
                    top.table("host").map(Toml::children).orElse(Map.of()).entrySet()) {
                hosts.add(entry(file, host.getValue(), Optional.of(host.getKey())));
            }
            hosts.add(entry(file, top, top.text("server").filter(server -> !server.isEmpty())));
        }
        if (!top.flaws().isEmpty()) {
            throw Flaw.fault(top.flaws());
        }
        return new HostsToml(hosts, top.remarks());
    }

    private static HostEntry entry(Path file, Toml table, Optional<String> server) {
        boolean override = table.flag("override_path").orElse(false);
        Optional<URI> api = server.flatMap(text -> api(table, text, override));
        TlsFiles tls = new TlsFiles(
                !table.flag("skip_verify").orElse(false), paths(file, table.texts("ca")), clients(file, table));
        HostEntry entry = new HostEntry(
                api,
                capabilities(table),
                new Access(tls, headers(table), dialTimeout(table)),
                rewrites(table),
                table.place());
        table.finish();
        return entry;
    }

    private static Optional<URI> api(Toml table, String text, boolean override) {
        String url = text.startsWith("http://") || text.startsWith("https://") ? text : "https://" + text;
        try {
            URI uri = new URI(url);
            if (uri.getHost() == null
                    || uri.getRawQuery() != null
                    || uri.getRawFragment() != null
                    || uri.getRawUserInfo() != null) {
                throw new URISyntaxException(text, "it must be [http[s]://]HOST[:PORT][/PATH]");
            }
            String path = uri.getRawPath().replaceAll("/+", "/").replaceFirst("/$", "");
            String version = override || path.endsWith("/v2") ? "" : "/v2";
            return Optional.of(URI.create(uri.getScheme() + "://" + uri.getRawAuthority() + path + version));
        } catch (URISyntaxException e) {
            table.flaw(table.has("server") ? "server" : "host", "\"" + text + "\" is no server: " + e.getReason());
            return Optional.empty();
        }
    }

    private static Set<Capability> capabilities(Toml table) {
        Set<Capability> result = EnumSet.noneOf(Capability.class);
        List<String> names = table.texts("capabilities");
        for (String name : names) {
            switch (name) {
                case "pull" -> result.add(Capability.PULL);
                case "resolve" -> result.add(Capability.RESOLVE);
                case "push", "referrers" -> {
                    // Nothing that a pull asks for.
                }
                default ->
                    table.flaw(
                            "capabilities",
                            "\"" + name + "\" is none of \"pull\", \"resolve\", \"push\" and \"referrers\"");
            }
        }
        return names.isEmpty() ? EnumSet.allOf(Capability.class) : result;
    }

    private static List<Path> paths(Path file, List<String> names) {
        return names.stream().map(file::resolveSibling).toList();
    }

    /** A file with both, a list of those, or a list of pairs of certificate and key. */
    private static List<TlsFiles.Pair> clients(Path file, Toml table) {
        List<TlsFiles.Pair> result = new ArrayList<>();
        Optional<String> single = table.isText("client") ? table.text("client") : Optional.empty();
        List<Object> items = single.isPresent() ? List.of(single.get()) : table.items("client");
        for (Object item : items) {
            List<Object> names = item instanceof org.tomlj.TomlArray pair ? pair.toList() : List.of(item);
            if (names.isEmpty() || names.size() > 2 || !names.stream().allMatch(String.class::isInstance)) {
                table.flaw("client", "must be a file, a list of files, or a list of pairs [certificate, key]");
                return List.of();
            }
            Path certificate = file.resolveSibling((String) names.getFirst());
            String key = (String) names.getLast();
            result.add(new TlsFiles.Pair(certificate, key.isEmpty() ? certificate : file.resolveSibling(key)));
        }
        return result;
    }

    private static Map<String, List<String>> headers(Toml table) {
        Map<String, List<String>> result = new LinkedHashMap<>();
        table.table("header")
                .ifPresent(headers -> headers.keys().forEach(name -> {
                    List<String> values = headers.texts(name);
                    if (!HEADER_NAME.matcher(name).matches()
                            || OURS.contains(name.toLowerCase(java.util.Locale.ROOT))
                            || values.stream()
                                    .anyMatch(value ->
                                            !value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 127)))) {
                        headers.flaw(name, "is no header that can be set, or its value is none");
                    } else {
                        result.put(name, values);
                    }
                }));
        return result;
    }

    private static Duration dialTimeout(Toml table) {
        try {
            return table.text("dial_timeout").map(GoDuration::parse).orElse(Access.DIAL_TIMEOUT);
        } catch (IllegalArgumentException e) {
            table.flaw("dial_timeout", String.valueOf(e.getMessage()));
            return Access.DIAL_TIMEOUT;
        }
    }

    private static List<PathRewrite> rewrites(Toml table) {
        List<PathRewrite> result = new ArrayList<>();
        table.table("rewrite")
                .ifPresent(rules -> rules.keys().forEach(pattern -> {
                    try {
                        rules.text(pattern).ifPresent(to -> result.add(PathRewrite.parse(pattern, to)));
                    } catch (IllegalArgumentException e) {
                        rules.flaw(pattern, String.valueOf(e.getMessage()));
                    }
                }));
        return result;
    }
}
