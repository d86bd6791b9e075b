package io.windlass.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.pod.fake.Configs;
import io.windlass.pod.fake.PodWorld;
import io.windlass.pod.fake.RecordingPlugins;
import io.windlass.pod.model.ContainerFilter;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.PodSandboxFilter;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.plugin.ContainerChange;
import io.windlass.runtime.oci.Memory;
import io.windlass.runtime.oci.Resources;
import io.windlass.runtime.oci.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What plugins are told and when, and what their answers do. */
class PluginCallsTest {
    private final PodWorld world;
    private final RecordingPlugins plugins;

    PluginCallsTest(@TempDir Path folder) {
        world = new PodWorld(folder);
        plugins = world.plugins();
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void everyStepOfAPodAndItsContainerIsToldOnceAndInOrder() {
        PodSandboxId pod = world.runSandbox("web");
        ContainerId container = world.startContainer(pod, "main");
        world.pods().stopContainer().stop(container.value(), Duration.ofSeconds(5));
        world.pods().stopContainer().stop(container.value(), Duration.ZERO);
        world.pods().removeContainer().remove(container.value());
        world.pods().stopPodSandbox().stop(pod.value());
        world.pods().stopPodSandbox().stop(pod.value());
        world.pods().removePodSandbox().remove(pod.value());

        assertThat(plugins.calls())
                .containsExactly(
                        "runPodSandbox web",
                        "createContainer main",
                        "postCreateContainer main",
                        "startContainer main",
                        "postStartContainer main",
                        "stopContainer main",
                        "removeContainer main",
                        "stopPodSandbox web",
                        "removePodSandbox web");
    }

    @Test
    void aContainerThatEndsByItselfIsToldOnce() {
        PodSandboxId pod = world.runSandbox("web");
        ContainerId container = world.startContainer(pod, "main");
        plugins.clear();

        world.shims().of(pod).exit(container.value(), 3, 0);
        world.pods().stopPodSandbox().stop(pod.value());
        world.pods().removePodSandbox().remove(pod.value());

        assertThat(plugins.calls())
                .containsExactly(
                        "stopContainer main", "stopPodSandbox web", "removeContainer main", "removePodSandbox web");
    }

    @Test
    void devicesThatPluginsNameAreInjectedBesideThoseOfTheRequest() throws IOException {
        Files.createDirectories(world.cdiFolder());
        Files.writeString(world.cdiFolder().resolve("two.yaml"), """
                cdiVersion: 0.5.0
                kind: vendor.com/gpu
                containerEdits: {hooks: [{hookName: poststop, path: /bin/once}]}
                devices:
                - {name: asked, containerEdits: {env: [ASKED=1]}}
                - {name: added, containerEdits: {env: [ADDED=1]}}
                """);
        PodSandboxId pod = world.runSandbox("web");
        plugins.addDevices(List.of("vendor.com/gpu=added", "vendor.com/gpu=asked"));
        ContainerId made = world.pods()
                .createContainer()
                .create(
                        pod.value(),
                        Configs.containerOf("main")
                                .cdiDevice("vendor.com/gpu=asked")
                                .build());
        Spec spec = world.pods().store().container(made.value()).definition().spec();
        assertThat(spec.process()).isNotNull();
        assertThat(spec.process().env()).endsWith("ASKED=1", "ADDED=1");
        assertThat(spec.hooks()).isNotNull();
        assertThat(spec.hooks().poststop()).hasSize(1);

        plugins.clear();
        plugins.addDevices(List.of("vendor.com/gpu=gone"));
        assertThatThrownBy(() -> world.createContainer(pod, "other"))
                .hasMessageContaining("there is no CDI device vendor.com/gpu=gone in " + world.cdiFolder());
        assertThat(plugins.calls()).containsExactly("createContainer other", "abandonContainer other");
        assertThat(world.rootfs().prepared()).hasSize(1);
    }

    @Test
    void aRefusedSandboxLeavesNothingAndCanBeTriedAgain() {
        plugins.refuse("runPodSandbox");
        assertThatThrownBy(() -> world.runSandbox("web")).hasMessageContaining("a plugin refused runPodSandbox");
        assertThat(world.leftovers()).isEmpty();
        assertThat(plugins.calls()).containsExactly("runPodSandbox web");

        plugins.refuse("");
        world.runSandbox("web");
    }

    @Test
    void aRefusedContainerLeavesNothingAndCanBeTriedAgain() {
        PodSandboxId pod = world.runSandbox("web");
        List<String> before = world.leftovers();
        plugins.refuse("createContainer");
        assertThatThrownBy(() -> world.createContainer(pod, "main"))
                .hasMessageContaining("a plugin refused createContainer");
        assertThat(world.leftovers()).containsExactlyInAnyOrderElementsOf(before);

        plugins.refuse("");
        world.createContainer(pod, "main");
    }

    @Test
    void pluginsHearThatAContainerWasNotMadeAfterAll() {
        PodSandboxId pod = world.runSandbox("web");
        plugins.clear();
        world.failpoints().failAt(4);
        assertThatThrownBy(() -> world.createContainer(pod, "main")).hasMessageContaining("failpoint shim.create");
        assertThat(plugins.calls()).containsExactly("createContainer main", "abandonContainer main");
    }

    @Test
    void aContainerThatMayNotStartHasEnded() {
        PodSandboxId pod = world.runSandbox("web");
        ContainerId container = world.createContainer(pod, "main");
        plugins.refuse("startContainer");

        assertThatThrownBy(() -> world.pods().startContainer().start(container.value()))
                .hasMessage("cannot start container " + container + ": a plugin refused startContainer");
        assertThat(world.pods().store().container(container.value()).state())
                .isInstanceOfSatisfying(
                        ContainerState.Exited.class,
                        exited -> assertThat(exited.reason()).isEqualTo("StartError"));
        world.pods().removeContainer().remove(container.value());
    }

    @Test
    void nobodySeesWhatPluginsAreStillAskedAbout() {
        plugins.during(() -> assertThat(world.pods().listPodSandboxes().list(PodSandboxFilter.ALL))
                .isEmpty());
        PodSandboxId pod = world.runSandbox("web");
        plugins.during(() -> {
            if (plugins.calls().getLast().startsWith("createContainer")) {
                assertThat(world.pods().listContainers().list(ContainerFilter.ALL))
                        .isEmpty();
            }
        });
        world.createContainer(pod, "main");
    }

    @Test
    void aContainerIsMadeFromTheAdjustedDocument() {
        PodSandboxId pod = world.runSandbox("web");
        plugins.adjust(
                spec -> spec.toBuilder().annotations(Map.of("by", "plugin")).build());
        ContainerId container = world.createContainer(pod, "main");
        assertThat(world.shims().of(pod).launch(container).spec().annotations()).containsEntry("by", "plugin");
        assertThat(world.pods()
                        .store()
                        .container(container.value())
                        .definition()
                        .spec()
                        .annotations())
                .containsEntry("by", "plugin");
    }

    @Test
    void limitsThatPluginsAskForOtherContainersAreAppliedAndShown() {
        PodSandboxId pod = world.runSandbox("web");
        ContainerId first = world.startContainer(pod, "first");
        plugins.change(List.of(
                new ContainerChange(first.value(), Resources.NONE.withMemory(Memory.of(64L << 20, null)), false)));
        world.createContainer(pod, "second");

        var container = world.pods().store().container(first.value());
        assertThat(world.cgroups()
                        .group(container.definition().cgroupPath())
                        .limits()
                        .memoryLimit())
                .hasValue(64L << 20);
        assertThat(container.condition().resources().orElseThrow().memoryLimitInBytes())
                .isEqualTo(64L << 20);
    }

    @Test
    void pluginsMayStopContainersAndAreShownWhatLives() {
        PodSandboxId pod = world.runSandbox("web");
        ContainerId container = world.startContainer(pod, "main");
        assertThat(world.pods().pluginTarget().pods()).hasSize(1);
        assertThat(world.pods().pluginTarget().containers()).hasSize(1);

        world.pods().pluginTarget().evict(container.value(), "no room");

        assertThat(world.pods().pluginTarget().containers()).isEmpty();
        assertThat(plugins.calls()).endsWith("stopContainer main");
    }

    @Test
    void aChangeOfAnUnknownContainerIsReturnedAsFailed() {
        ContainerChange change = new ContainerChange("0".repeat(64), Resources.NONE, false);
        assertThat(world.pods().pluginTarget().update(List.of(change))).containsExactly(change);
        assertThat(world.pods()
                        .pluginTarget()
                        .update(List.of(new ContainerChange("0".repeat(64), Resources.NONE, true))))
                .isEmpty();
    }
}
