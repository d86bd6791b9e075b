package io.windlass.image.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.registry.Keychain;
import io.windlass.image.registry.RegistryAuth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeKeychainTest {
    @TempDir
    private Path folder;

    private Optional<Keychain.Key> find(String authority, String path, String... helpers) {
        Optional<List<String>> order = helpers.length == 0 ? Optional.empty() : Optional.of(List.of(helpers));
        return new NodeKeychain(
                        Optional.of(folder.resolve("config.json")),
                        () -> order,
                        folder.resolve("bin") + ":/usr/bin:/bin")
                .find(authority, path);
    }

    private Optional<String> user(String authority, String path) {
        return find(authority, path)
                .flatMap(key -> key.auth().login())
                .map(login -> login.username() + ":" + login.password());
    }

    private void file(String json) throws IOException {
        Files.writeString(folder.resolve("config.json"), json);
    }

    private void helper(String name, String script) throws IOException {
        Path program = folder.resolve("bin").resolve("docker-credential-" + name);
        Files.createDirectories(program.getParent());
        Files.writeString(program, "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @ParameterizedTest
    @CsvSource({
        "docker.io, library/alpine, me:docker",
        "quay.io, a/b, me:quay",
        "quay.io, team/x, me:team",
        "quay.io, team/x/y, me:team",
        "quay.io, teams/x, me:quay",
        "r.example:5000, a, me:port",
        "r.example, a, ",
        "other.example, a, "
    })
    void theLongestNameThatTheRepositoryBeginsWithCounts(String authority, String path, String expected)
            throws IOException {
        file("""
                {"auths": {
                  "https://index.docker.io/v1/": {"auth": "bWU6ZG9ja2Vy"},
                  "quay.io": {"username": "me", "password": "quay"},
                  "quay.io/team": {"username": "me", "password": "team"},
                  "https://r.example:5000": {"username": "me", "password": "port"}}}
                """);

        assertThat(user(authority, path)).isEqualTo(Optional.ofNullable(expected));
    }

    @Test
    void identityTokensAreTakenOver() throws IOException {
        file("{\"auths\":{\"r.example\":{\"identitytoken\":\"idt\"},\"s.example\":{\"registrytoken\":\"regt\"}}}");

        assertThat(find("r.example", "a").orElseThrow().auth().identityToken()).isEqualTo("idt");
        assertThat(find("s.example", "a").orElseThrow().auth().registryToken()).isEqualTo("regt");
    }

    @Test
    void noFileHasNoCredentialsAndABrokenOneIsToldByName() throws IOException {
        assertThat(find("r.example", "a")).isEmpty();
        file("{");
        assertThatThrownBy(() -> find("r.example", "a"))
                .hasMessageContaining("cannot read credentials " + folder.resolve("config.json"));
        file("{\"auths\": {\"r.example\": 1}}");
        assertThatThrownBy(() -> find("r.example", "a")).hasMessageContaining("'r.example' is not an object");
    }

    @Test
    void programsAreAskedForTheServersThatTheFileNamesThemFor() throws IOException {
        file("{\"credHelpers\":{\"r.example\":\"one\"},\"credsStore\":\"store\"}");
        helper(
                "one",
                "read server; echo \"{\\\"ServerURL\\\":\\\"$server\\\",\\\"Username\\\":\\\"$server\\\",\\\"Secret\\\":\\\"$1\\\"}\"");
        helper("store", "read server; echo \"{\\\"Username\\\":\\\"<token>\\\",\\\"Secret\\\":\\\"for $server\\\"}\"");

        assertThat(user("r.example", "a")).contains("r.example:get");
        Keychain.Key stored = find("docker.io", "library/a").orElseThrow();
        assertThat(stored.auth().identityToken()).isEqualTo("for https://index.docker.io/v1/");
        assertThat(stored.source()).isEqualTo("docker-credential-store");
    }

    @Test
    void programsOfTheNodesFilesAreAskedInTheirOrder() throws IOException {
        file("{\"auths\":{\"r.example\":{\"username\":\"file\",\"password\":\"x\"}}}");
        helper("none", "cat >/dev/null; echo 'credentials not found in native keychain'; exit 1");
        helper("some", "cat >/dev/null; echo '{\"Username\":\"helper\",\"Secret\":\"x\"}'");

        assertThat(find("r.example", "a", "none", "some", "containers-auth.json")
                        .orElseThrow()
                        .auth())
                .isEqualTo(RegistryAuth.basic("helper", "x"));
        assertThat(find("r.example", "a", "none", "containers-auth.json", "some")
                        .orElseThrow()
                        .source())
                .isEqualTo(folder.resolve("config.json").toString());
        assertThat(find("r.example", "a", "none")).isEmpty();
    }

    @Test
    void aProgramThatFailsIsToldWithWhatItSaid() throws IOException {
        helper("bad", "cat >/dev/null; echo 'the vault is locked' >&2; exit 3");
        helper("odd", "cat >/dev/null; echo '[]'");
        helper("deaf", "exec 0<&-; exec echo '{\"Username\":\"u\",\"Secret\":\"s\"}'");

        assertThatThrownBy(() -> find("r.example", "a", "bad"))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.UNAUTHENTICATED))
                .hasMessage("cannot get credentials for r.example from docker-credential-bad: it ended with status 3:"
                        + " the vault is locked");
        assertThatThrownBy(() -> find("r.example", "a", "odd")).hasMessageContaining("its answer cannot be used");
        assertThatThrownBy(() -> find("r.example", "a", "absent")).hasMessageContaining("there is no such program in ");
        assertThatThrownBy(() -> find("r.example", "a", "../x")).hasMessageContaining("no name of a program");
        assertThat(find("r.example", "a", "deaf")).isPresent();
    }
}
