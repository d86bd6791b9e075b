package io.windlass.image.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.reference.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostsTomlTest {
    private static final ImageReference IMAGE = ImageReference.parse("docker.io/library/alpine:3");

    @TempDir
    private Path folder;

    private HostsToml read(String text) throws IOException {
        return HostsToml.read(Files.writeString(folder.resolve("hosts.toml"), text));
    }

    private List<Endpoint> endpoints(String text) throws IOException {
        return read(text).hosts().stream().map(host -> host.endpoint(IMAGE)).toList();
    }

    private static List<String> urls(List<Endpoint> endpoints) {
        return endpoints.stream().map(endpoint -> endpoint.api().toString()).toList();
    }

    @Test
    void serversComeInTheOrderOfTheFileAndTheRegistryLast() throws IOException {
        assertThat(urls(endpoints("""
                server = "https://registry-1.docker.io"
                [host."https://zulu.example"]
                [host."http://alpha.example:5000/cache/"]
                [host."plain.example"]
                """)))
                .containsExactly(
                        "https://zulu.example/v2",
                        "http://alpha.example:5000/cache/v2",
                        "https://plain.example/v2",
                        "https://registry-1.docker.io/v2");
    }

    @Test
    void withoutServerTheRegistryItselfIsTheLast() throws IOException {
        assertThat(urls(endpoints("[host.\"https://m.example\"]\n")))
                .containsExactly("https://m.example/v2", "https://registry-1.docker.io/v2");
    }

    @Test
    void aPathMayTakeThePlaceOfTheVersion() throws IOException {
        assertThat(urls(endpoints("""
                [host."https://harbor.example/v2/proxy"]
                override_path = true
                [host."https://other.example/v2"]
                """))).startsWith("https://harbor.example/v2/proxy", "https://other.example/v2");
    }

    @Test
    void mirrorsAreToldTheRegistryThatTheyAnswerFor() throws IOException {
        List<Endpoint> endpoints = endpoints("[host.\"https://m.example\"]\n");

        assertThat(endpoints.getFirst().manifest("3"))
                .hasToString("https://m.example/v2/library/alpine/manifests/3?ns=docker.io");
        assertThat(endpoints.getLast().manifest("3"))
                .hasToString("https://registry-1.docker.io/v2/library/alpine/manifests/3");
    }

    @Test
    void capabilitiesLimitWhatAServerIsAskedFor() throws IOException {
        List<Endpoint> endpoints = endpoints("""
                capabilities = ["pull", "push", "referrers"]
                [host."https://m.example"]
                capabilities = ["resolve"]
                [host."https://n.example"]
                """);

        assertThat(endpoints.get(0).capabilities()).containsExactly(Capability.RESOLVE);
        assertThat(endpoints.get(1).capabilities()).containsExactlyInAnyOrder(Capability.RESOLVE, Capability.PULL);
        assertThat(endpoints.get(2).capabilities()).containsExactly(Capability.PULL);
    }

    @Test
    void certificatesMayBeWrittenInEachOfTheFormsThatContainerdKnows() throws IOException {
        List<Endpoint> endpoints = endpoints("""
                ca = "ca.pem"
                [host."https://a.example"]
                ca = ["one.pem", "/etc/two.pem"]
                client = "both.pem"
                skip_verify = true
                [host."https://b.example"]
                client = ["one.pem", ["c.cert", "c.key"], ["d.pem", ""]]
                """);

        TlsFiles first = endpoints.get(0).access().tls();
        assertThat(first.verify()).isFalse();
        assertThat(first.authorities()).containsExactly(folder.resolve("one.pem"), Path.of("/etc/two.pem"));
        assertThat(first.clients())
                .containsExactly(new TlsFiles.Pair(folder.resolve("both.pem"), folder.resolve("both.pem")));
        assertThat(endpoints.get(1).access().tls().clients())
                .containsExactly(
                        new TlsFiles.Pair(folder.resolve("one.pem"), folder.resolve("one.pem")),
                        new TlsFiles.Pair(folder.resolve("c.cert"), folder.resolve("c.key")),
                        new TlsFiles.Pair(folder.resolve("d.pem"), folder.resolve("d.pem")));
        assertThat(endpoints.get(2).access().tls().authorities()).containsExactly(folder.resolve("ca.pem"));
    }

    @Test
    void headersTimesAndRewritesAreTakenOver() throws IOException {
        Endpoint endpoint = endpoints("""
                [host."https://a.example"]
                dial_timeout = "1m30s"
                [host."https://a.example".header]
                x-one = "1"
                x-two = ["2", "3"]
                [host."https://a.example".rewrite]
                "^other/" = "no/"
                "^library/(.*)" = "mirrors/${1}-x"
                """).getFirst();

        assertThat(endpoint.access().headers()).isEqualTo(Map.of("x-one", List.of("1"), "x-two", List.of("2", "3")));
        assertThat(endpoint.access().dialTimeout()).isEqualTo(Duration.ofSeconds(90));
        assertThat(endpoint.path()).isEqualTo("mirrors/alpine-x");
        assertThat(endpoint.source()).isEqualTo(folder.resolve("hosts.toml") + ":1");
        assertThat(endpoint.access().toString()).doesNotContain("[1]");
    }

    @Test
    void whatIsNotKnownIsSaidAndNotUsed() throws IOException {
        assertThat(read("[host.\"https://a.example\"]\nfuture = 1\n").remarks())
                .extracting(Flaw::toString)
                .containsExactly(folder.resolve("hosts.toml") + ":2: future: is not used: this key is not known");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "server = 1                              | 1: server: must be a text",
                "server = \"https://\"                   | 1: server: \"https://\" is no server",
                "server = \"https://a/?q=1\"             | 1: server: \"https://a/?q=1\" is no server: it must be",
                "x = [                                   | hosts.toml:1: ",
                "host = \"a\"                            | 1: host: must be a table",
                "[host]\\na = 1                          | 2: a: must be a table",
                "capabilities = [\"fetch\"]              | 1: capabilities: \"fetch\" is none of",
                "capabilities = [1]                      | 1: capabilities: must hold texts only",
                "ca = 1                                  | 1: ca: must be a list",
                "client = [[\"a\", \"b\", \"c\"]]        | 1: client: must be a file, a list of files, or",
                "client = [1]                            | 1: client: must be a file, a list of files, or",
                "skip_verify = \"yes\"                   | 1: skip_verify: must be true or false",
                "dial_timeout = \"soon\"                 | 1: dial_timeout: \"soon\" is no time",
                "[header]\\nhost = \"x\"                 | 2: host: is no header that can be set",
                "[header]\\n\"a b\" = \"x\"              | 2: a b: is no header that can be set",
                "[header]\\na = \"x\\\\ny\"              | 2: a: is no header that can be set, or its value is none",
                "[rewrite]\\n\"(\" = \"x\"               | 2: (: ",
                "[rewrite]\\na = \"$1\"                  | 2: a: \"$1\" names a group that the pattern does not have"
            })
    void mistakesAreToldWithFileAndLine(String text, String message) {
        assertThatThrownBy(() -> read(text.replace("\\n", "\n").replace("\\\n", "\\n")))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.FAILED_PRECONDITION))
                .hasMessageContaining(folder.resolve("hosts.toml").toString())
                .hasMessageContaining(message.strip());
    }

    @Test
    void aRewriteIntoNoNameIsRefusedWhenItIsMet() throws IOException {
        HostsToml hosts = read("[rewrite]\n\"library\" = \"Not A Name\"\n");

        assertThatThrownBy(() -> hosts.hosts().getFirst().endpoint(IMAGE))
                .hasMessageContaining("rewrites library/alpine into no repository's name: Not A Name/alpine");
    }

    @ParameterizedTest
    @CsvSource({"300ms, 300", "1m30s, 90000", "1.5h, 5400000", ".5s, 500", "1h1m1s1ms, 3661001"})
    void timesAreWrittenAsGoWritesThem(String text, long millis) {
        assertThat(GoDuration.parse(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({"''", "5", "0s", "-1s", "1x", "s", "1s 2s", "99999999999999999999h"})
    void otherTextsAreNoTimes(String text) {
        assertThatThrownBy(() -> GoDuration.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
