package io.windlass.cri.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFilesTest {
    @TempDir
    Path folder;

    @Test
    void aMissingFileMeansTheDefaults() {
        assertThat(ConfigFiles.load(folder.resolve("config.toml"), false)).isEqualTo(ConfigFiles.defaults());
    }

    @Test
    void aMissingFileThatWasNamedIsAnError() {
        assertThatThrownBy(() -> ConfigFiles.load(folder.resolve("config.toml"), true))
                .isInstanceOf(Fault.class)
                .hasMessage("cannot read configuration " + folder.resolve("config.toml") + ": there is no such file");
    }

    @Test
    void everyTableIsRead() throws IOException {
        Config config = load("""
                root = "/a"
                state = "/b"
                [server]
                listen = "/c/d.sock"
                allowed_uids = [0, 7]
                [registry."registry.k8s.io"]
                endpoints = ["http://127.0.0.1:5966"]
                [selinux]
                enabled = "false"
                category_range = 500
                [cgroup]
                driver = "cgroupfs"
                default_parent = "/pods"
                [network]
                subnet = "10.1.0.0/16"
                subnet6 = "fd00::/64"
                bridge = "br7"
                mtu = 1400
                [cni]
                conf_dir = "/e"
                bin_dirs = ["/f", "/g"]
                [streaming]
                address = "[::1]:10"
                [nri]
                enabled = false
                socket = "/h"
                external = false
                plugin_path = "/i"
                plugin_config_path = "/j"
                registration_timeout_ms = 7
                request_timeout_ms = 8
                synchronization_timeout_ms = 9
                [image]
                parallel_transfers = 5
                pinned = ["*/pause:*"]
                keep_blobs = false
                parallel_downloads = 6
                parallel_downloads_per_registry = 3
                parts_from_bytes = 0
                part_bytes = 1048576
                parts_at_a_time = 2
                stalled_after_seconds = 9
                registry_sources = ["registries.conf"]
                hosts_dirs = ["/k", "/l"]
                registries_conf = "/m"
                short_name_aliases = true
                certificate_dirs = ["/n"]
                auth_file = "/o"
                signature_policy = "/p"
                signature_policy_dir = "/q"
                [quota]
                first_project = 7
                projects = 8
                layer_bytes = "9Ki"
                layer_inodes = "10k"
                log_bytes = "11"
                [log]
                level = "debug"
                """);

        assertThat(config.root()).hasToString("/a");
        assertThat(config.state()).hasToString("/b");
        assertThat(config.server())
                .isEqualTo(new ServerSettings(Path.of("/c/d.sock"), List.of(0L, 7L), Path.of("/b/node.sock")));
        assertThat(config.registries())
                .containsEntry("registry.k8s.io", new RegistrySettings(List.of(URI.create("http://127.0.0.1:5966"))));
        assertThat(config.selinux()).isEqualTo(new SelinuxSettings(SelinuxSettings.Use.FALSE, 500));
        assertThat(config.cgroup()).isEqualTo(new CgroupSettings(CgroupSettings.Driver.CGROUPFS, "/pods"));
        assertThat(config.network()).isEqualTo(new NetworkSettings("10.1.0.0/16", "fd00::/64", "br7", 1400));
        assertThat(config.cni()).isEqualTo(new CniSettings(Path.of("/e"), List.of(Path.of("/f"), Path.of("/g"))));
        assertThat(config.streaming().address()).hasToString("/[0:0:0:0:0:0:0:1]:10");
        assertThat(config.nri())
                .isEqualTo(new NriSettings(
                        false,
                        Path.of("/h"),
                        false,
                        Path.of("/i"),
                        Path.of("/j"),
                        Duration.ofMillis(7),
                        Duration.ofMillis(8),
                        Duration.ofMillis(9)));
        assertThat(config.image().parallelTransfers()).isEqualTo(5);
        assertThat(config.image().keepBlobs()).isFalse();
        assertThat(config.image().downloads())
                .isEqualTo(new DownloadSettings(6, 3, 0, 1 << 20, 2, Duration.ofSeconds(9)));
        assertThat(config.image().registries())
                .isEqualTo(new RegistryFileSettings(
                        List.of(RegistryFileSettings.Source.REGISTRIES_CONF),
                        List.of(Path.of("/k"), Path.of("/l")),
                        Path.of("/m"),
                        true,
                        List.of(Path.of("/n")),
                        Optional.of(Path.of("/o"))));
        assertThat(config.image().signatures())
                .isEqualTo(new SignatureSettings(Optional.of(Path.of("/p")), Optional.of(Path.of("/q"))));
        assertThat(config.quota()).isEqualTo(new QuotaSettings(7, 8, 9216, 10_000, 11));
        assertThat(config.log().level()).isEqualTo("debug");
    }

    @Test
    void laterFilesWinKeyByKey() throws IOException {
        Files.createDirectory(folder.resolve("config.d"));
        Files.writeString(folder.resolve("config.d/20-b.toml"), "[network]\nbridge = \"last\"\n");
        Files.writeString(folder.resolve("config.d/10-a.toml"), "[network]\nbridge = \"first\"\nmtu = 9000\n");
        Files.writeString(folder.resolve("config.d/ignored.txt"), "nonsense");

        Config config = load("[network]\nsubnet = \"10.9.0.0/16\"\nmtu = 1500\n");

        assertThat(config.network()).isEqualTo(new NetworkSettings("10.9.0.0/16", "", "last", 9000));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            [network] # subnt = "10.0.0.0/8"         | 2: unknown key [network] subnt; did you mean subnet?
            [netwrok] # subnet = "10.0.0.0/8"        | 1: unknown table [netwrok]; did you mean [network]?
            rooot = "/x"                             | 1: unknown key rooot; did you mean root?
            zzz = 1                                  | 1: unknown key zzz
            [network] # subnet = 10                  | 2: [network] subnet must be a text in quotes, not a whole number
            [network] # subnet = "10.0.0.1/8"        | 2: [network] subnet: "10.0.0.1/8" has bits set behind its first 8
            [network] # subnet = "fd00::/64"         | 2: [network] subnet: "fd00::/64" is no IPv4 network
            [network] # subnet = "10.0.0.0/33"       | 2: [network] subnet: "10.0.0.0/33": the prefix length goes from 0 to 32
            [network] # bridge = "a b"               | 2: [network] bridge: "a b" is no interface name: at most 15 letters, digits, dots, dashes
            [network] # mtu = 70000                  | 2: [network] mtu: must be from 1280 to 65535
            network = 1                              | 1: network must be a table, not a whole number
            [selinux] # enabled = "on"               | 2: [selinux] enabled: "on" is none of "auto", "true" and "false"
            [selinux] # category_range = 1025        | 2: [selinux] category_range: must be from 2 to 1024
            [cgroup] # driver = "auto"               | 2: [cgroup] driver: "auto" is no cgroup driver; use "cgroupfs" or "systemd"
            [cgroup] # driver = "systemd" # default_parent = "/pods" | 3: [cgroup] default_parent: "/pods" must be the name of a slice, like pods.slice
            [nri] # request_timeout_ms = 0           | 2: [nri] request_timeout_ms: must be from 1 to 3600000
            [nri] # enabled = "yes"                  | 2: [nri] enabled must be true or false, not a text
            [streaming] # address = "here"           | 2: [streaming] address: "here" must have the form ADDRESS:PORT
            [streaming] # address = "host:1"         | 2: [streaming] address: "host" is no numeric IP address
            [streaming] # tls_cert_file = "/c"       | 2: [streaming] tls_cert_file: needs tls_key_file beside it
            [streaming] # tls_key_file = "/k"        | 2: [streaming] tls_key_file: needs tls_cert_file beside it
            [streaming] # tls_client_ca_file = "/a"  | 2: [streaming] tls_client_ca_file: needs tls_cert_file beside it
            [cni] # bin_dirs = "/x"                  | 2: [cni] bin_dirs must be a list of texts, not a text
            [quota] # layer_bytes = "much"           | 2: [quota] layer_bytes: "much" is no quantity such as 512, 20M or 1.5Gi
            [quota] # layer_bytes = 10               | 2: [quota] layer_bytes must be a text in quotes, not a whole number
            [quota] # first_project = 0              | 2: [quota] first_project: must be from 1 to 4294967294
            [quota] # projects = 4000000000          | 2: [quota] projects: the last project id would be 5999999999, more than 4294967294
            [image] # registry_sources = ["podman"]  | 2: [image] registry_sources: "podman" is none of "certs.d" and "registries.conf"
            [image] # hosts_dirs = ["here"]          | 2: [image] hosts_dirs: "here" must be an absolute path
            [image] # auth_file = "here"             | 2: [image] auth_file: "here" must be an absolute path
            [image] # signature_policy = "p.json"    | 2: [image] signature_policy: "p.json" must be an absolute path
            [image] # part_bytes = 1                 | 2: [image] part_bytes: must be from 65536 to 1099511627776
            [log] # level = "loud"                   | 2: [log] level: "loud" is none of error, warn, info, debug, trace
            [registry."r"] # endpoint = ["http://x"] | 2: unknown key [registry."r"] endpoint; did you mean endpoints?
            [registry."r"] # endpoints = ["ftp://x"] | 2: [registry."r"] endpoints: "ftp://x" must have the form http://HOST or https://HOST
            state = "run"                            | 1: state: "run" must be an absolute path
            """)
    void aMistakeIsNamedWithItsLine(String content, String message) {
        assertThatThrownBy(() -> load(content.replace(" # ", "\n")))
                .isInstanceOf(Fault.class)
                .hasMessage(folder.resolve("config.toml") + ":" + message);
    }

    @Test
    void allMistakesOfAllFilesAreReportedAtOnce() throws IOException {
        Files.createDirectory(folder.resolve("config.d"));
        Path other = Files.writeString(folder.resolve("config.d/a.toml"), "[log]\nlevel = 3\n");

        assertThatThrownBy(() -> load("[network]\nmtu = -1\nbridge = 7\n"))
                .hasMessageContaining("config.toml:2: [network] mtu")
                .hasMessageContaining("config.toml:3: [network] bridge")
                .hasMessageContaining(other + ":2: [log] level");
    }

    @Test
    void aSyntaxErrorHasItsLine() {
        assertThatThrownBy(() -> load("[network]\nmtu = = 3\n")).hasMessageContaining("config.toml:2: ");
    }

    @Test
    void theCommandLineBeatsTheFile() throws IOException {
        Config config = load("root = \"/a\"\nstate = \"/b\"\n")
                .with(Optional.of(Path.of("/x")), Optional.empty(), Optional.of(Path.of("/y.sock")), Optional.empty());

        assertThat(config.root()).hasToString("/x");
        assertThat(config.state()).hasToString("/b");
        assertThat(config.server().listen()).hasToString("/y.sock");
    }

    @Test
    void theReferenceFileIsComplete() throws IOException {
        String uncommented = ConfigReference.text().replaceAll("(?m)^#(?! )", "");

        assertThat(load(uncommented)).isEqualTo(ConfigFiles.defaults());
        assertThat(uncommented).contains("[server]", "subnet = ", "bin_dirs = ", "driver = \"cgroupfs\"");
    }

    @Test
    void theShippedFileIsTheReference() throws IOException {
        try (InputStream shipped = requireNonNull(ConfigFilesTest.class.getResourceAsStream("/config.toml"))) {
            assertThat(new String(shipped.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo(ConfigReference.text());
        }
    }

    private Config load(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("config.toml"), content);
        return ConfigFiles.load(file, true);
    }
}
