package io.windlass.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.pod.fake.Configs;
import io.windlass.pod.fake.RecordingPlugins;
import io.windlass.pod.fake.SecurityBuilder;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.IdMapping;
import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.NamespaceOptions;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.UserNamespace;
import io.windlass.runtime.oci.Hook;
import io.windlass.runtime.oci.Hooks;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hooks that a plugin gives to containers of pods, over the kernel. */
@RequiresRoot
class PodHooksIT {
    private final Path folder;
    private final Path notes;
    private final RecordingPlugins plugins = new RecordingPlugins();
    private final RealPods world;

    PodHooksIT(@TempDir Path folder) throws IOException {
        this.folder = folder;
        this.notes = Files.createDirectory(folder.resolve("notes"));
        // The root of a user namespace passes through here, and writes its notes.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        Files.setPosixFilePermissions(notes, PosixFilePermissions.fromString("rwxrwxrwx"));
        world = new RealPods(folder, plugins);
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        world.close();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(folder.toString());
        assertThat(world.rootfs().list()).isEmpty();
        assertThat(world.settings().state().resolve("pods")).isEmptyDirectory();
    }

    private void hooks(Hooks hooks) {
        plugins.adjust(spec -> spec.toBuilder().hooks(hooks).build());
    }

    private static List<Hook> shell(String script) {
        return List.of(new Hook("/bin/sh", List.of("sh", "-c", script), List.of("PATH=/usr/bin:/bin"), 20));
    }

    private List<Hook> note(String name) {
        return shell("cat >%s/%s".formatted(notes, name));
    }

    private String noted(String name) throws IOException {
        return Files.readString(notes.resolve(name));
    }

    @Test
    void aContainerHasItsHooksRunFromItsCreationToItsRemovalByAnotherDaemon() throws IOException {
        hooks(new Hooks(
                note("prestart"),
                note("createRuntime"),
                note("createContainer"),
                shell("cat >/started"),
                note("poststart"),
                note("poststop")));
        PodSandboxId pod = world.pods().runPodSandbox().run(Configs.sandbox("web"), "");
        ContainerId container = world.run(pod, Configs.container("main"));

        assertThat(noted("prestart")).contains("\"status\":\"creating\"", "\"id\":\"" + container + "\"");
        assertThat(noted("createRuntime")).isEqualTo(noted("prestart"));
        assertThat(noted("createContainer")).contains("\"status\":\"creating\"");
        assertThat(world.exec(container, "cat", "/started")).contains("\"status\":\"created\"");
        assertThat(noted("poststart")).contains("\"status\":\"running\"");
        assertThat(notes.resolve("poststop")).doesNotExist();

        world.restart(() -> {});
        world.pods().removeContainer().remove(container.value());
        assertThat(noted("poststop")).contains("\"status\":\"stopped\"", "\"id\":\"" + container + "\"");
    }

    @Test
    void aHookInAUserNamespaceIsThePodsRootAndFindsTheRootAndTheDocument() throws IOException {
        List<IdMapping> mapping = List.of(new IdMapping(300_000, 0, 65_536));
        NamespaceOptions options = new NamespaceOptions(
                NamespaceMode.POD,
                NamespaceMode.CONTAINER,
                NamespaceMode.POD,
                "",
                Optional.of(new UserNamespace(NamespaceMode.POD, mapping, mapping)));
        hooks(new Hooks(
                List.of(),
                note("createRuntime"),
                shell("read -r state; bundle=${state##*\\\"bundle\\\":\\\"}; bundle=${bundle%%\\\"*};"
                        + " id -u >$bundle/rootfs/made; grep -c ociVersion $bundle/config.json >>$bundle/rootfs/made;"
                        + " if echo x >>$bundle/config.json; then echo changed >>$bundle/rootfs/made; fi"),
                List.of(),
                List.of(),
                note("poststop")));
        PodSandboxId pod = world.pods().runPodSandbox().run(Configs.sandbox("mapped", Configs.linux(options)), "");
        ContainerId container = world.run(
                pod,
                Configs.containerOf("main")
                        .security(new SecurityBuilder().namespaces(options).build())
                        .build());

        assertThat(world.exec(container, "cat", "/made")).isEqualTo("0\n1\n");
        assertThat(noted("createRuntime")).contains("\"status\":\"creating\"");
        world.pods().removeContainer().remove(container.value());
        assertThat(noted("poststop")).contains("\"status\":\"stopped\"");
    }

    @Test
    void aHookThatFailsLeavesNothingOfTheContainer() throws IOException {
        hooks(new Hooks(
                List.of(),
                shell("echo 'no such device' >&2; exit 3"),
                List.of(),
                List.of(),
                List.of(),
                note("poststop")));
        PodSandboxId pod = world.pods().runPodSandbox().run(Configs.sandbox("web"), "");

        assertThatThrownBy(() -> world.pods().createContainer().create(pod.value(), Configs.container("main")))
                .hasMessageContaining("createRuntime hook: cannot run /bin/sh: hook: /bin/sh ended with exit code 3: "
                        + "no such device");
        assertThat(noted("poststop")).contains("\"status\":\"stopped\"");
        assertThat(world.rootfs().list()).isEmpty();
        assertThat(world.pods().store().intents()).isEmpty();
    }
}
