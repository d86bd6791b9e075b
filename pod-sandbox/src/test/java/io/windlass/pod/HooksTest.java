package io.windlass.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.fake.PodWorld;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.runtime.hook.HookRun;
import io.windlass.runtime.oci.Hook;
import io.windlass.runtime.oci.Hooks;
import io.windlass.runtime.oci.OciJson;
import io.windlass.runtime.oci.Spec;
import io.windlass.runtime.shim.ContainerLaunch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hooks that plugins give to containers: their bundles, and those of them that run after a start and after a deletion. */
class HooksTest {
    private final PodWorld world;
    private PodSandboxId pod = PodSandboxId.generate();

    HooksTest(@TempDir Path folder) {
        world = new PodWorld(folder);
    }

    @BeforeEach
    void begin() {
        pod = world.runSandbox("web");
        world.plugins()
                .adjust(spec -> spec.toBuilder()
                        .hooks(new Hooks(
                                List.of(),
                                List.of(),
                                hooks("/inside"),
                                List.of(),
                                hooks("/after-start"),
                                hooks("/first", "/second")))
                        .build());
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static List<Hook> hooks(String... paths) {
        return Arrays.stream(paths)
                .map(path -> new Hook(path, List.of(), List.of(), null))
                .toList();
    }

    private List<String> run(String... paths) {
        assertThat(world.shims().hooksRun()).extracting(HookRun::path).containsExactly(paths);
        return world.shims().hooksRun().stream().map(HookRun::state).toList();
    }

    private Path bundle(ContainerId id) {
        return world.podFolders().resolve(pod.value()).resolve("bundles").resolve(id.value());
    }

    @Test
    void aContainerWithHooksHasABundleThatSaysWhereItsRootIsAttached() throws IOException {
        ContainerId container = world.createContainer(pod, "main");

        ContainerLaunch launch = world.shims().of(pod).launch(container);
        Spec document = OciJson.read(Files.readAllBytes(bundle(container).resolve("config.json")), Spec.class);
        assertThat(launch.bundle()).contains(bundle(container));
        assertThat(launch.rootfs().attachPoint()).isEqualTo(bundle(container).resolve("rootfs"));
        assertThat(launch.rootfs().attachPoint()).isEmptyDirectory();
        assertThat(document).isEqualTo(launch.spec());
        assertThat(document.root()).isNotNull();
        assertThat(document.root().path())
                .isEqualTo(launch.rootfs().attachPoint().toString());
    }

    @Test
    void aContainerWithoutHooksHasNone() {
        world.plugins().adjust(spec -> spec);
        ContainerId container = world.startContainer(pod, "main");

        assertThat(world.shims().of(pod).launch(container).bundle()).isEmpty();
        world.pods().removeContainer().remove(container.value());
        assertThat(bundle(container).getParent()).doesNotExist();
        assertThat(run()).isEmpty();
    }

    @Test
    void hooksRunAfterTheStartAndAfterTheDeletion() {
        ContainerId container = world.startContainer(pod, "main");

        assertThat(run("/after-start").getFirst()).contains("\"status\":\"running\",\"pid\":");
        world.shims().onHook(_ -> assertThat(world.shims().of(pod).containers()).isEmpty());
        world.pods().removeContainer().remove(container.value());
        assertThat(run("/after-start", "/first", "/second").getLast())
                .contains("\"status\":\"stopped\"", "\"id\":\"" + container + "\"");
        assertThat(bundle(container)).doesNotExist();
        world.pods().removePodSandbox().remove(pod.value());
        assertThat(world.leftovers()).isEmpty();
    }

    @Test
    void aContainerWhoseHookFailsAfterItsStartIsEnded() {
        ContainerId container = world.createContainer(pod, "main");
        world.shims().onHook(hook -> {
            throw Fault.internal("cannot run " + hook.path() + ": hook: it ended with exit code 3", null);
        });

        assertThatThrownBy(() -> world.pods().startContainer().start(container.value()))
                .hasMessage("cannot start container " + container + ": poststart hook: cannot run /after-start: hook: "
                        + "it ended with exit code 3");
        assertThat(world.pods().store().container(container.value()).state())
                .isInstanceOfSatisfying(ContainerState.Exited.class, exited -> {
                    assertThat(exited.reason()).isEqualTo("StartError");
                    assertThat(exited.message()).contains("exit code 3");
                });
        assertThat(world.shims().of(pod).calls()).contains("signal 9 all");
    }

    @Test
    void hooksOfTheDeletionMayFail() {
        ContainerId container = world.createContainer(pod, "main");
        world.shims().onHook(_ -> {
            throw new Fault(FaultKind.DEADLINE_EXCEEDED, "it takes long");
        });

        world.pods().removeContainer().remove(container.value());
        run("/first", "/second");
        assertThat(world.pods().store().findContainer(container.value())).isEmpty();
    }

    @Test
    void aContainerThatCannotBeMadeHasTheHooksOfItsDeletionRun() {
        world.failpoints().failAt(4);
        assertThatThrownBy(() -> world.createContainer(pod, "main")).hasMessageContaining("failpoint shim.create");

        assertThat(run("/first", "/second")).allMatch(state -> state.contains("stopped"));
        assertThat(bundles()).isEmpty();
        assertThat(world.rootfs().prepared()).isEmpty();
    }

    @Test
    void aDaemonThatFollowsGoesOnWithTheHooksOfADeletion() {
        ContainerId container = world.createContainer(pod, "main");
        world.shims().onHook(hook -> {
            if (hook.path().equals("/first")) {
                throw new Fault(FaultKind.UNAVAILABLE, "as if the daemon ended here");
            }
        });
        assertThatThrownBy(() -> world.pods().removeContainer().remove(container.value()))
                .hasMessageContaining("as if the daemon ended here");

        world.restart(() -> {});
        run("/first", "/second");
        world.pods().removeContainer().remove(container.value());
        run("/first", "/second");
        assertThat(world.pods().store().findContainer(container.value())).isEmpty();
        assertThat(bundles()).isEmpty();
    }

    @Test
    void whatEndsWhileNoDaemonIsThereHasItsHooksRunAtItsRemoval() {
        ContainerId container = world.startContainer(pod, "main");
        world.restart(() -> world.shims().of(pod).exit(container.value(), 0, 0));
        run("/after-start");

        world.pods().removePodSandbox().remove(pod.value());
        run("/after-start", "/first", "/second");
        assertThat(world.leftovers()).isEmpty();
    }

    @Test
    void aBundleThatARestartOfTheMachineTookAwayIsMadeAnewForTheHooksOfTheDeletion() {
        ContainerId container = world.startContainer(pod, "main");
        world.shims().of(pod).exit(container.value(), 0, 0);
        delete(bundle(container));
        world.shims()
                .onHook(_ ->
                        assertThat(bundle(container).resolve("config.json")).exists());

        world.pods().removeContainer().remove(container.value());
        run("/after-start", "/first", "/second");
    }

    @Test
    void containersThatNobodyKnowsHaveTheirHooksRunFromTheirBundles() {
        world.startContainer(pod, "main");
        // As after the loss of the store.
        world.pods().store().containers().forEach(world.pods().store()::remove);
        world.pods().store().sandboxes().forEach(world.pods().store()::remove);

        world.restart(() -> {});
        run("/after-start", "/first", "/second");
        assertThat(world.podFolders()).isEmptyDirectory();
    }

    private List<Path> bundles() {
        Path folder = world.podFolders().resolve(pod.value()).resolve("bundles");
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : new ArrayList<>(all.toList()).reversed()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
