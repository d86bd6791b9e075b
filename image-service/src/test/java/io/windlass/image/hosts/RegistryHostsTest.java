package io.windlass.image.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.hosts.RegistrySources.Kind;
import io.windlass.image.reference.ImageReference;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryHostsTest {
    private static final String DIGEST = "sha256:" + "a".repeat(64);

    @TempDir
    private Path folder;

    private RegistryHosts hosts(Kind... order) {
        return hosts(Map.of(), false, order);
    }

    private RegistryHosts hosts(Map<String, List<URI>> own, boolean aliases, Kind... order) {
        return new RegistryHosts(
                own,
                new RegistrySources(
                        List.of(order),
                        List.of(folder.resolve("certs.d"), folder.resolve("docker")),
                        folder.resolve("registries.conf"),
                        aliases,
                        List.of(folder.resolve("containers"))));
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private static List<String> urls(RegistryHosts hosts, String reference) {
        return hosts.endpoints(ImageReference.parse(reference)).stream()
                .map(endpoint -> endpoint.toString() + " " + endpoint.path())
                .toList();
    }

    @Test
    void withoutFilesTheRegistryItselfIsAsked() {
        assertThat(urls(hosts(Kind.CERTS_D, Kind.REGISTRIES_CONF), "r.example/a/b:1"))
                .containsExactly("https://r.example a/b");
        assertThat(urls(hosts(Kind.CERTS_D), "alpine")).containsExactly("https://registry-1.docker.io library/alpine");
        assertThat(urls(hosts(), "127.0.0.1:5000/a")).containsExactly("http://127.0.0.1:5000 a");
    }

    @Test
    void aFolderIsNamedWithThePortInEitherSpelling() throws IOException {
        write("certs.d/r.example_5000_/hosts.toml", "server = \"https://underscore.example\"");
        write("docker/s.example:5000/hosts.toml", "server = \"https://colon.example\"");

        assertThat(urls(hosts(Kind.CERTS_D), "r.example:5000/a")).containsExactly("https://underscore.example a");
        assertThat(urls(hosts(Kind.CERTS_D), "s.example:5000/a")).containsExactly("https://colon.example a");
        assertThat(urls(hosts(Kind.CERTS_D), "r.example/a")).containsExactly("https://r.example a");
    }

    @Test
    void theDefaultIsForRegistriesThatNoSourceNames() throws IOException {
        write("certs.d/_default/hosts.toml", "server = \"https://default.example\"");
        write("registries.conf", "[[registry]]\nlocation = \"known.example\"\n");

        RegistryHosts hosts = hosts(Kind.CERTS_D, Kind.REGISTRIES_CONF);
        assertThat(urls(hosts, "known.example/a")).containsExactly("https://known.example a");
        assertThat(urls(hosts, "other.example/a")).containsExactly("https://default.example a");
    }

    @Test
    void theFirstSourceThatNamesARegistryDecides() throws IOException {
        write("certs.d/r.example/hosts.toml", "server = \"https://containerd.example\"");
        write("registries.conf", "[[registry]]\nprefix = \"r.example\"\nlocation = \"crio.example\"\n");

        assertThat(urls(hosts(Kind.CERTS_D, Kind.REGISTRIES_CONF), "r.example/a"))
                .containsExactly("https://containerd.example a");
        assertThat(urls(hosts(Kind.REGISTRIES_CONF, Kind.CERTS_D), "r.example/a"))
                .containsExactly("https://crio.example a");
        assertThat(urls(hosts(), "r.example/a")).containsExactly("https://r.example a");
        assertThat(urls(
                        hosts(
                                Map.of("r.example", List.of(URI.create("http://own.example/x"))),
                                false,
                                Kind.CERTS_D,
                                Kind.REGISTRIES_CONF),
                        "r.example/a"))
                .containsExactly("http://own.example/x a", "https://r.example a");
    }

    @Test
    void changesCountWithoutARestart() throws IOException {
        RegistryHosts hosts = hosts(Kind.CERTS_D, Kind.REGISTRIES_CONF);
        assertThat(urls(hosts, "r.example/a")).containsExactly("https://r.example a");

        write("certs.d/r.example/hosts.toml", "server = \"https://one.example\"");
        assertThat(urls(hosts, "r.example/a")).containsExactly("https://one.example a");
        write("certs.d/r.example/hosts.toml", "server = \"https://second.example\"");
        assertThat(urls(hosts, "r.example/a")).containsExactly("https://second.example a");
        Files.delete(folder.resolve("certs.d/r.example/hosts.toml"));
        Files.delete(folder.resolve("certs.d/r.example"));
        write("registries.conf.d/one.conf", "[[registry]]\nprefix = \"r.example\"\nlocation = \"third.example\"\n");
        assertThat(urls(hosts, "r.example/a")).containsExactly("https://third.example a");
    }

    @Test
    void aBrokenFileIsTheMatterOfItsRegistryAlone() throws IOException {
        write("certs.d/broken.example/hosts.toml", "server = \n");
        write("registries.conf", """
                [[registry]]
                location = "bad.example"
                insecure = "maybe"
                [[registry]]
                prefix = "good.example"
                location = "moved.example"
                """);
        write("registries.conf.d/50-broken.conf", "[[registry\n");
        RegistryHosts hosts = hosts(Kind.CERTS_D, Kind.REGISTRIES_CONF);

        assertThatThrownBy(() -> urls(hosts, "broken.example/a"))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.FAILED_PRECONDITION))
                .hasMessageContaining(folder.resolve("certs.d/broken.example/hosts.toml") + ":1: ");
        assertThatThrownBy(() -> urls(hosts, "bad.example/a"))
                .hasMessageContaining(folder.resolve("registries.conf") + ":3: insecure: must be true or false");
        assertThat(urls(hosts, "good.example/a")).containsExactly("https://moved.example a");
        assertThat(urls(hosts, "other.example/a")).containsExactly("https://other.example a");
        assertThat(hosts.remarks())
                .extracting(Flaw::toString)
                .anyMatch(text -> text.contains("50-broken.conf:1: ") && text.endsWith("it does not count"))
                .anyMatch(text -> text.contains("broken.example/hosts.toml:1: "));
    }

    @Test
    void aFileThatBecomesUnreadableCountsAsItWas() throws IOException {
        write("registries.conf", "[[registry]]\nprefix = \"r.example\"\nlocation = \"moved.example\"\n");
        RegistryHosts hosts = hosts(Kind.REGISTRIES_CONF);
        assertThat(urls(hosts, "r.example/a")).containsExactly("https://moved.example a");

        write("registries.conf", "[[registry]\n");

        assertThat(urls(hosts, "r.example/a")).containsExactly("https://moved.example a");
        assertThat(hosts.remarks()).extracting(Flaw::toString).anyMatch(t -> t.endsWith("it counts as it was before"));
    }

    @Test
    void aBlockedRegistryIsNotPulledFromWhateverOthersSay() throws IOException {
        write("certs.d/r.example/hosts.toml", "server = \"https://one.example\"");
        write("registries.conf", """
                [[registry]]
                prefix = "*.example"
                blocked = true
                [[registry]]
                location = "r.example/fine"
                """);
        RegistryHosts hosts = hosts(Kind.CERTS_D, Kind.REGISTRIES_CONF);

        assertThatThrownBy(() -> urls(hosts, "r.example/a"))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.PERMISSION_DENIED))
                .hasMessage("pulls from *.example are blocked by " + folder.resolve("registries.conf") + ":1");
        assertThat(urls(hosts, "r.example/fine/x")).containsExactly("https://one.example fine/x");
    }

    @ParameterizedTest
    @CsvSource({
        "r.example, r.example/a, https://moved.example/a",
        "r.example/team, r.example/team/app, https://moved.example/app",
        "r.example/team/app, r.example/team/app:1, https://moved.example/x",
        "*.r.example, deep.er.r.example/a, https://moved.example/a",
        "*.r.example, r.example/a, https://r.example/a",
        "r.example/te, r.example/team/app, https://r.example/team/app",
        "r.example, r.example.org/a, https://r.example.org/a"
    })
    void thePrefixGivesWayToTheLocation(String prefix, String reference, String result) throws IOException {
        String location = prefix.endsWith("app") ? "moved.example/x" : "moved.example";
        write("registries.conf", "[[registry]]\nprefix = \"" + prefix + "\"\nlocation = \"" + location + "\"\n");

        assertThat(urls(hosts(Kind.REGISTRIES_CONF), reference))
                .containsExactly(result.replaceFirst("/([^/].*)$", "/$1").replaceFirst("^(https://[^/]+)/", "$1 "));
    }

    @Test
    void theLongestPrefixCountsAndALaterFileReplacesAnEarlierOnesRegistry() throws IOException {
        write("registries.conf", """
                [[registry]]
                prefix = "r.example"
                location = "one.example"
                [[registry]]
                prefix = "r.example/team"
                location = "two.example"
                """);
        RegistryHosts hosts = hosts(Kind.REGISTRIES_CONF);
        assertThat(urls(hosts, "r.example/team/a")).containsExactly("https://two.example a");

        write("registries.conf.d/10.conf", "[[registry]]\nprefix = \"r.example/team\"\nlocation = \"three.example\"\n");
        assertThat(urls(hosts, "r.example/team/a")).containsExactly("https://three.example a");
        assertThat(urls(hosts, "r.example/b")).containsExactly("https://one.example b");
    }

    @Test
    void mirrorsAreForTagsOrDigestsAsTheySay() throws IOException {
        write("registries.conf", """
                [[registry]]
                location = "r.example"
                [[registry.mirror]]
                location = "all.example/x"
                [[registry.mirror]]
                location = "digests.example"
                pull-from-mirror = "digest-only"
                [[registry.mirror]]
                location = "tags.example"
                pull-from-mirror = "tag-only"
                [[registry]]
                location = "s.example"
                mirror-by-digest-only = true
                [[registry.mirror]]
                location = "m.example"
                """);
        RegistryHosts hosts = hosts(Kind.REGISTRIES_CONF);

        assertThat(urls(hosts, "r.example/a:1"))
                .containsExactly("https://all.example x/a", "https://tags.example a", "https://r.example a");
        assertThat(urls(hosts, "r.example/a@" + DIGEST))
                .containsExactly("https://all.example x/a", "https://digests.example a", "https://r.example a");
        assertThat(urls(hosts, "s.example/a:1")).containsExactly("https://s.example a");
        assertThat(urls(hosts, "s.example/a@" + DIGEST)).containsExactly("https://m.example a", "https://s.example a");
    }

    @Test
    void insecureIsHttpsWithoutALookAndHttpWhereThereIsNoHttps() throws IOException {
        write("registries.conf", "[[registry]]\nlocation = \"r.example\"\ninsecure = true\n");

        List<Endpoint> endpoints = hosts(Kind.REGISTRIES_CONF).endpoints(ImageReference.parse("r.example/a"));

        assertThat(endpoints).extracting(Endpoint::toString).containsExactly("https://r.example", "http://r.example");
        assertThat(endpoints).extracting(e -> e.access().tls().verify()).containsExactly(false, false);
        assertThat(endpoints).extracting(Endpoint::onlyIfUnreachable).containsExactly(false, true);
    }

    @Test
    void certificatesLieInTheFolderOfTheServer() throws IOException {
        write("containers/moved.example:5000/ca.crt", "");
        write("containers/moved.example:5000/client.cert", "");
        write("containers/moved.example:5000/client.key", "");
        write("registries.conf", "[[registry]]\nprefix = \"r.example\"\nlocation = \"moved.example:5000\"\n");
        write("docker/legacy.example/ca.crt", "");
        Path own = folder.resolve("containers/moved.example:5000");

        TlsFiles tls = hosts(Kind.REGISTRIES_CONF)
                .endpoints(ImageReference.parse("r.example/a"))
                .getFirst()
                .access()
                .tls();
        assertThat(tls)
                .isEqualTo(new TlsFiles(
                        true,
                        List.of(own.resolve("ca.crt")),
                        List.of(new TlsFiles.Pair(own.resolve("client.cert"), own.resolve("client.key")))));
        assertThat(hosts(Kind.CERTS_D)
                        .endpoints(ImageReference.parse("legacy.example/a"))
                        .getFirst()
                        .access()
                        .tls()
                        .authorities())
                .containsExactly(folder.resolve("docker/legacy.example/ca.crt"));
    }

    @Test
    void aCertificateWithoutItsKeyIsRefused() throws IOException {
        write("docker/r.example/client.cert", "");

        assertThatThrownBy(() -> urls(hosts(Kind.CERTS_D), "r.example/a"))
                .hasMessageContaining("client.cert: there is no client.key beside it");
        write("docker/s.example/client.key", "");
        assertThatThrownBy(() -> urls(hosts(Kind.CERTS_D), "s.example/a"))
                .hasMessageContaining("client.key: there is no client.cert beside it");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prefix = \"r.example\"\\nlocation = \"https://x\" | 3: location: \"https://x\" must be without",
                "prefix = \"r.example\"\\nlocation = \"mirror/x\" | 3: location: \"mirror/x\" must begin with a host",
                "prefix = \"r.example\"\\nblocked = 1 | 3: blocked: must be true or false",
                "prefix = \"r.example\"\\n[[registry.mirror]]\\ninsecure = true | 3: location: a mirror needs it",
                "prefix = \"r.example\"\\n[[registry.mirror]]\\nlocation = \"m.example\"\\npull-from-mirror = \"x\" | 5: pull-from-mirror: \"x\" is none of",
                "prefix = \"r.example\"\\nmirror-by-digest-only = true\\n[[registry.mirror]]\\nlocation = \"m.example\"\\npull-from-mirror = \"all\" | 6: pull-from-mirror: does not go with",
                "prefix = \"r.example\"\\n[[registry]]\\nprefix = \"r.example\" | there is another [[registry]] of r.example"
            })
    void mistakesOfARegistryFailItsPullsWithFileAndLine(String table, String message) throws IOException {
        write("registries.conf", "[[registry]]\n" + table.replace("\\n", "\n"));

        assertThatThrownBy(() -> urls(hosts(Kind.REGISTRIES_CONF), "r.example/a"))
                .hasMessageContaining(folder.resolve("registries.conf").toString())
                .hasMessageContaining(message.strip());
        assertThat(urls(hosts(Kind.REGISTRIES_CONF), "other.example/a")).hasSize(1);
    }

    @Test
    void theFirstVersionOfTheFileIsRefusedByName() throws IOException {
        write("registries.conf", """
                [registries.search]
                registries = ["docker.io", "quay.io"]
                [registries.insecure]
                registries = ["plain.example"]
                [registries.block]
                registries = ["bad.example"]
                """);
        RegistryHosts hosts = hosts(Kind.REGISTRIES_CONF);

        assertThatThrownBy(() -> urls(hosts, "plain.example/a"))
                .hasMessageContaining("registries.conf:4: ")
                .hasMessageContaining("[registries.insecure] is version 1 of registries.conf, which is not read");
        assertThatThrownBy(() -> urls(hosts, "bad.example/a")).hasMessageContaining("[registries.block]");
        assertThat(urls(hosts, "quay.io/a")).containsExactly("https://quay.io a");
        assertThat(hosts.remarks()).extracting(Flaw::toString).anyMatch(text -> text.contains("is version 1"));
    }

    @Test
    void whatIsNotUsedIsSaidByName() throws IOException {
        write("registries.conf", """
                unqualified-search-registries = ["quay.io"]
                short-name-mode = "enforcing"
                future = 1
                [aliases]
                "fedora" = "registry.fedoraproject.org/fedora"
                """);
        RegistryHosts hosts = hosts(Kind.REGISTRIES_CONF);

        assertThat(hosts.parse("fedora:40").toString()).isEqualTo("docker.io/library/fedora:40");
        assertThat(hosts.remarks())
                .extracting(Flaw::text)
                .anyMatch(text -> text.startsWith("unqualified-search-registries: is not used: short names"))
                .anyMatch(text -> text.startsWith("short-name-mode: is not used"))
                .anyMatch(text -> text.startsWith("aliases: is not used"))
                .anyMatch(text -> text.startsWith("future: is not used: this key is not known"));
    }

    @Test
    void shortNamesMayBeAliases() throws IOException {
        write("registries.conf", """
                [aliases]
                "fedora" = "registry.fedoraproject.org/fedora"
                "gone" = "gone.example/x"
                "team/app" = "r.example/team/app"
                """);
        write("registries.conf.d/later.conf", "[aliases]\ngone = \"\"\n");
        RegistryHosts hosts = hosts(Map.of(), true, Kind.REGISTRIES_CONF);

        assertThat(hosts.parse("fedora:40").toString()).isEqualTo("registry.fedoraproject.org/fedora:40");
        assertThat(hosts.parse("fedora@" + DIGEST).toString()).isEqualTo("registry.fedoraproject.org/fedora@" + DIGEST);
        assertThat(hosts.parse("team/app").toString()).isEqualTo("r.example/team/app:latest");
        assertThat(hosts.parse("gone").toString()).isEqualTo("docker.io/library/gone:latest");
        assertThat(hosts.parse("quay.io/fedora").toString()).isEqualTo("quay.io/fedora:latest");
    }

    @Test
    void credentialHelpersAreThoseOfTheLastFileThatNamesThem() throws IOException {
        RegistryHosts hosts = hosts(Kind.REGISTRIES_CONF);
        assertThat(hosts.credentialHelpers()).isEmpty();

        write("registries.conf", "credential-helpers = [\"one\"]\n");
        write("registries.conf.d/1.conf", "credential-helpers = [\"containers-auth.json\", \"two\"]\n");

        assertThat(hosts.credentialHelpers()).contains(List.of("containers-auth.json", "two"));
    }

    /** Whatever is in the files: an answer, or a Fault, and none for other registries. */
    @Test
    void noFileIsTooStrange() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String hosts = """
                server = "https://r.example"
                ca = ["a.pem", "b.pem"]
                [host."https://m.example"]
                capabilities = ["pull"]
                client = [["a", "b"], "c"]
                dial_timeout = "3s"
                [host."https://m.example".header]
                x = ["y"]
                """;
        String registries = """
                unqualified-search-registries = ["a", "b"]
                [[registry]]
                prefix = "*.example"
                location = "m.example/x"
                [[registry.mirror]]
                location = "n.example"
                pull-from-mirror = "all"
                [aliases]
                a = "b.example/c"
                """;
        for (int i = 0; i < 400; i++) {
            write("certs.d/r.example/hosts.toml", mutated(hosts, random));
            write("registries.conf", mutated(registries, random));
            RegistryHosts read = hosts(Map.of(), true, Kind.CERTS_D, Kind.REGISTRIES_CONF);
            for (String reference : List.of("r.example/a", "s.example/b@" + DIGEST)) {
                try {
                    assertThat(urls(read, reference)).as("seed " + seed).isNotEmpty();
                } catch (Fault e) {
                    assertThat(e.getMessage()).as("seed " + seed).contains(folder.toString());
                }
            }
            assertThat(urls(read, "other.test/c")).as("seed " + seed).containsExactly("https://other.test c");
        }
    }

    private static String mutated(String text, Random random) {
        StringBuilder result = new StringBuilder(text);
        String alphabet = "[]{}\"'\\\n=.,#*x1- \u0000\u00e9";
        for (int changes = random.nextInt(4); changes >= 0; changes--) {
            int at = random.nextInt(result.length());
            switch (random.nextInt(3)) {
                case 0 -> result.deleteCharAt(at);
                case 1 -> result.insert(at, alphabet.charAt(random.nextInt(alphabet.length())));
                default -> result.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
            }
        }
        return result.toString();
    }
}
