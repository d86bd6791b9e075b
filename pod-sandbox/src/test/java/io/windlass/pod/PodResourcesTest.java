package io.windlass.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.linux.cgroup.CgroupResources;
import io.windlass.pod.fake.Configs;
import io.windlass.pod.fake.PodWorld;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.HugepageLimit;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.model.LinuxPodSandboxConfig;
import io.windlass.pod.model.PodSandboxId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The limits of pods, and that those of containers are changed as a whole or not at all. */
class PodResourcesTest {
    private static final LinuxContainerResources OVERHEAD = limits(100_000, 10_000, 102, 16 << 20);
    private static final LinuxContainerResources RESOURCES = limits(100_000, 50_000, 512, 128 << 20);
    private static final String KUBELETS = "/kubepods/pod1";

    private final PodWorld world;

    PodResourcesTest(@TempDir Path folder) {
        world = new PodWorld(folder);
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void aPodsOwnGroupIsLimitedToItsResourcesAndOverheadFromTheBeginning() {
        PodSandboxId pod = run("", Optional.of(OVERHEAD), Optional.of(RESOURCES));
        assertThat(group(pod).cpuShares()).hasValue(614);
        assertThat(group(pod).cpuQuota()).hasValue(60_000);
        assertThat(group(pod).cpuPeriod()).hasValue(100_000);
        assertThat(group(pod).memoryLimit()).hasValue(144 << 20);
        world.pods().removePodSandbox().remove(pod.value());
        assertThat(world.leftovers()).isEmpty();
    }

    @Test
    void anUpdateReachesThePodsOwnGroupItsStatusAndThePluginsAndLastsOverARestart() {
        PodSandboxId pod = world.runSandbox("web");
        world.plugins().clear();
        update(pod, Optional.empty(), Optional.of(RESOURCES));
        assertThat(group(pod).memoryLimit()).hasValue(128 << 20);
        update(pod, Optional.of(OVERHEAD), Optional.empty());
        assertThat(group(pod).memoryLimit()).as("what is not named stays").hasValue(144 << 20);
        assertThat(world.plugins().calls())
                .containsExactly(
                        "updatePodSandbox web",
                        "postUpdatePodSandbox web",
                        "updatePodSandbox web",
                        "postUpdatePodSandbox web");
        assertThat(world.pods().pluginTarget().pods())
                .singleElement()
                .satisfies(view -> assertThat(view.definition().config().linux().resources())
                        .contains(RESOURCES));
        String info = world.pods().podSandboxStatus().info(pod.value()).get("info");
        assertThat(info).contains("\"overhead\":{\"cpuPeriod\":100000,\"cpuQuota\":10000,");

        world.restart(() -> {});
        assertThat(world.pods().podSandboxStatus().info(pod.value()).get("info"))
                .isEqualTo(info);
        ContainerId container = world.createContainer(pod, "main");
        assertThat(world.cgroups().paths())
                .contains(world.pods()
                        .store()
                        .container(container.value())
                        .definition()
                        .cgroupPath());
    }

    @Test
    void theGroupThatKubeletNamedIsKubeletsToLimit() {
        PodSandboxId pod = run(KUBELETS, Optional.empty(), Optional.of(RESOURCES));
        assertThat(world.cgroups().paths()).isEmpty();
        world.createContainer(pod, "main");
        update(pod, Optional.of(OVERHEAD), Optional.of(OVERHEAD));
        assertThat(world.cgroups().group(KUBELETS).limits()).isEqualTo(CgroupResources.NONE);
        assertThat(world.pods().store().sandbox(pod.value()).resources()).contains(OVERHEAD);
    }

    @Test
    void anUpdateThatFailsAnywhereLeavesThePodAsItWas() {
        PodSandboxId pod = run("", Optional.empty(), Optional.of(RESOURCES));
        CgroupResources before = group(pod);
        String info = world.pods().podSandboxStatus().info(pod.value()).get("info");

        world.plugins().refuse("updatePodSandbox");
        assertThatThrownBy(() -> update(pod, Optional.of(OVERHEAD), Optional.of(OVERHEAD)))
                .hasMessage("a plugin refused updatePodSandbox");
        world.plugins().refuse("");
        world.plugins().clear();
        world.cgroups().group(parent(pod)).refuseUpdates();
        assertThatThrownBy(() -> update(pod, Optional.of(OVERHEAD), Optional.of(OVERHEAD)))
                .hasMessageStartingWith("cannot update pod sandbox " + pod + ": cannot update cgroup ");
        assertThat(world.plugins().calls()).containsExactly("updatePodSandbox web");
        assertThat(group(pod)).isEqualTo(before);
        assertThat(world.pods().podSandboxStatus().info(pod.value()).get("info"))
                .isEqualTo(info);
        world.restart(() -> {});
        assertThat(world.pods().podSandboxStatus().info(pod.value()).get("info"))
                .isEqualTo(info);
    }

    @Test
    void whatCannotBeAnUpdateIsRefusedBeforeAnythingHappens() {
        PodSandboxId pod = world.runSandbox("web");
        world.plugins().clear();
        LinuxContainerResources file =
                new LinuxContainerResources(0, 0, 0, 0, 0, "", "", List.of(), Map.of("io.weight", "5"), 0);
        assertThatThrownBy(() -> update(pod, Optional.of(file), Optional.of(file)))
                .hasMessage("cannot add overhead.unified io.weight to resources.unified: name it in one of them");
        LinuxContainerResources score = new LinuxContainerResources(0, 0, 0, 0, 1001, "", "", List.of(), Map.of(), 0);
        assertThatThrownBy(() -> update(pod, Optional.empty(), Optional.of(score)))
                .hasMessage("cannot use oom_score_adj 1001: it goes from -1000 to 1000");
        assertThatThrownBy(() -> world.pods()
                        .updatePodSandboxResources()
                        .update("0".repeat(64), Optional.empty(), Optional.empty()))
                .hasMessageContaining("none has that id");
        assertThat(world.plugins().calls()).isEmpty();
        world.pods().stopPodSandbox().stop(pod.value());
        assertThatThrownBy(() -> update(pod, Optional.empty(), Optional.of(RESOURCES)))
                .hasMessageEndingWith("it is not ready");
    }

    @Test
    void aContainersUpdateThatFailsLeavesItAsItWas() {
        PodSandboxId pod = world.runSandbox("web");
        ContainerId container = world.startContainer(pod, "main");
        LinuxContainerResources first = new LinuxContainerResources(
                0, 0, 512, 0, 0, "", "", List.of(new HugepageLimit("2MB", 4 << 20)), Map.of("a.b", "1"), 0);
        world.pods().updateContainerResources().update(container.value(), first, Map.of());
        LinuxContainerResources second = new LinuxContainerResources(
                0, 0, 0, 0, 0, "1", "", List.of(new HugepageLimit("1GB", 1 << 30)), Map.of("c.d", "2"), 0);
        world.pods().updateContainerResources().update(container.value(), second, Map.of());
        Optional<LinuxContainerResources> both = limitsOf(container);
        assertThat(both.orElseThrow().hugepageLimits())
                .containsExactly(new HugepageLimit("2MB", 4 << 20), new HugepageLimit("1GB", 1 << 30));
        assertThat(both.orElseThrow().unified()).containsOnlyKeys("a.b", "c.d");

        world.cgroups()
                .group(world.pods()
                        .store()
                        .container(container.value())
                        .definition()
                        .cgroupPath())
                .refuseUpdates();
        assertThatThrownBy(() -> world.pods()
                        .updateContainerResources()
                        .update(container.value(), limits(0, 0, 99, 1 << 20), Map.of()))
                .hasMessageStartingWith("cannot update container " + container + ": cannot update cgroup ");
        assertThat(limitsOf(container)).isEqualTo(both);
        world.restart(() -> {});
        assertThat(limitsOf(container)).isEqualTo(both);
    }

    private Optional<LinuxContainerResources> limitsOf(ContainerId container) {
        return world.pods().containerStatus().status(container.value()).resources();
    }

    private PodSandboxId run(
            String parent, Optional<LinuxContainerResources> overhead, Optional<LinuxContainerResources> resources) {
        LinuxPodSandboxConfig none = LinuxPodSandboxConfig.DEFAULT;
        return world.pods()
                .runPodSandbox()
                .run(
                        Configs.sandbox(
                                "web",
                                new LinuxPodSandboxConfig(
                                        parent, none.securityContext(), none.sysctls(), overhead, resources)),
                        "");
    }

    private void update(
            PodSandboxId pod, Optional<LinuxContainerResources> overhead, Optional<LinuxContainerResources> resources) {
        world.pods().updatePodSandboxResources().update(pod.value(), overhead, resources);
    }

    private String parent(PodSandboxId pod) {
        return world.pods().store().sandbox(pod.value()).definition().cgroupParent();
    }

    private CgroupResources group(PodSandboxId pod) {
        return world.cgroups().group(parent(pod)).limits();
    }

    private static LinuxContainerResources limits(long period, long quota, long shares, long memory) {
        return new LinuxContainerResources(period, quota, shares, memory, 0, "", "", List.of(), Map.of(), 0);
    }
}
