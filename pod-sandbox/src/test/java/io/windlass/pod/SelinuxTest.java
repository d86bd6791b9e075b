package io.windlass.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.pod.fake.Configs;
import io.windlass.pod.fake.ContainerBuilder;
import io.windlass.pod.fake.FakeSelinux;
import io.windlass.pod.fake.PodWorld;
import io.windlass.pod.fake.SecurityBuilder;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.Mount;
import io.windlass.pod.model.MountPropagation;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.SelinuxLabels;
import io.windlass.pod.model.SelinuxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The labels of pods and containers on a node with SELinux, from their making to their end. */
class SelinuxTest {
    /** A node where only three pods at a time can have a pair of their own. */
    private final FakeSelinux selinux = FakeSelinux.withContainers(3);

    private final Path folder;
    private final PodWorld world;

    SelinuxTest(@TempDir Path folder) throws IOException {
        this.folder = folder.toRealPath();
        world = new PodWorld(this.folder, selinux);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private SelinuxLabels pod(PodSandboxId id) {
        return world.pods().store().sandbox(id.value()).definition().selinux().orElseThrow();
    }

    private SelinuxLabels container(ContainerId id) {
        return world.pods().store().container(id.value()).definition().selinux().orElseThrow();
    }

    private ContainerId create(PodSandboxId pod, ContainerBuilder config) {
        return world.pods().createContainer().create(pod.value(), config.build());
    }

    private static Mount relabelled(Path host) {
        return new Mount(
                "/data",
                host.toString(),
                false,
                true,
                MountPropagation.PRIVATE,
                List.of(),
                List.of(),
                false,
                Optional.empty(),
                "",
                List.of());
    }

    @Test
    void podsHaveDifferentLevelsAndTheContainersOfOneTheSame() {
        PodSandboxId first = world.runSandbox("first");
        PodSandboxId second = world.runSandbox("second");
        assertThat(pod(first).process()).matches("system_u:system_r:container_t:s0:c\\d,c\\d");
        assertThat(pod(first)).isNotEqualTo(pod(second));
        assertThat(world.pods().podSandboxStatus().info(first.value()).get("info"))
                .contains("\"selinux\":{\"process\":\"" + pod(first).process() + "\"");
        assertThat(container(world.createContainer(first, "a"))).isEqualTo(pod(first));
        assertThat(container(world.createContainer(first, "b"))).isEqualTo(pod(first));
        assertThat(world.mounts()
                        .options(world.podFolders().resolve(first.value()).resolve("shm")))
                .endsWith(",context=\"" + pod(first).mount() + "\"");
    }

    @Test
    void levelsOutliveTheDaemonAndEndWithTheirPod() {
        PodSandboxId first = world.runSandbox("first");
        world.runSandbox("second");
        world.runSandbox("third");
        world.restart(() -> {});
        assertThatThrownBy(() -> world.runSandbox("fourth"))
                .hasMessageContaining("cannot run pod sandbox")
                .hasMessageContaining("all 3 pairs of SELinux categories are in use");
        String level = pod(first).process();
        world.pods().removePodSandbox().remove(first.value());
        assertThat(pod(world.runSandbox("fourth")).process()).isEqualTo(level);
    }

    @Test
    void aLevelThatAContainerNamesIsItsPodsUntilThatEnds() {
        PodSandboxId pod = world.pods()
                .runPodSandbox()
                .run(Configs.sandbox("web", Configs.linux(new SelinuxOptions("", "", "my_t", "s0:c0,c1"))), "");
        create(
                pod,
                Configs.containerOf("own")
                        .security(new SecurityBuilder()
                                .selinux(new SelinuxOptions("", "", "", "s0:c2,c0"))
                                .build()));
        world.restart(() -> {});
        assertThat(pod(world.runSandbox("second")).process()).endsWith("s0:c1,c2");
        assertThatThrownBy(() -> world.runSandbox("third")).hasMessageContaining("are in use by pods");
        world.pods().removePodSandbox().remove(pod.value());
        world.runSandbox("third");
        world.runSandbox("fourth");
    }

    @Test
    void aPodThatFailsTakesNoLevel() {
        for (int i = 0; i < 4; i++) {
            world.failpoints().failAt(1);
            assertThatThrownBy(() -> world.runSandbox("web")).isInstanceOf(RuntimeException.class);
        }
        world.runSandbox("first");
        world.runSandbox("second");
        world.runSandbox("third");
    }

    @Test
    void whatThePolicyDoesNotKnowIsRefusedBeforeAnythingIsMade() {
        SelinuxOptions wrong = new SelinuxOptions("", "", "wrong_t", "");
        assertThatThrownBy(() -> world.pods().runPodSandbox().run(Configs.sandbox("web", Configs.linux(wrong)), ""))
                .hasMessageContaining("cannot use selinux_options.type 'wrong_t'");
        assertThat(world.leftovers()).isEmpty();
        PodSandboxId pod = world.runSandbox("web");
        assertThatThrownBy(() -> create(
                        pod,
                        Configs.containerOf("main")
                                .security(new SecurityBuilder().selinux(wrong).build())))
                .hasMessageContaining("cannot use selinux_options.type 'wrong_t'");
        world.pods().removePodSandbox().remove(pod.value());
        assertThat(world.leftovers()).isEmpty();
    }

    @Test
    void volumesAreLabelledWhereTheyAskForItUnlessTheContainerReachesAllFiles() throws IOException {
        Path volume = Files.createDirectory(folder.resolve("volume"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), volume);
        PodSandboxId pod = world.runSandbox("web");
        create(pod, Configs.containerOf("plain").mounts(Mount.bind(volume.toString(), "/data")));
        create(
                pod,
                Configs.containerOf("privileged")
                        .security(new SecurityBuilder().privileged().build())
                        .mounts(relabelled(volume)));
        assertThat(selinux.relabelled()).doesNotContainKey(volume);

        create(pod, Configs.containerOf("main").mounts(relabelled(link)));
        assertThat(selinux.relabelled())
                .containsEntry(volume, pod(pod).mount())
                .as("and what is the pod's own in /etc")
                .containsEntry(
                        world.podFolders().toRealPath().resolve(pod.value()).resolve("hosts"), pod(pod).mount());
    }

    @Test
    void foldersThatTheNodeIsMadeOfKeepTheirLabel() {
        PodSandboxId pod = world.runSandbox("web");
        for (String own : List.of("/", "/usr", "/etc", "/home", "/proc/sys", "/var/lib")) {
            assertThatThrownBy(() -> create(pod, Configs.containerOf("main").mounts(relabelled(Path.of(own)))))
                    .hasMessageContaining("cannot mount " + own + " on /data: selinux_relabel would take " + own
                            + " from the node, whose own label it must keep");
        }
    }
}
