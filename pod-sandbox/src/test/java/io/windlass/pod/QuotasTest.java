package io.windlass.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.linux.ProjectQuotas;
import io.windlass.linux.ProjectUsage;
import io.windlass.pod.fake.Configs;
import io.windlass.pod.fake.FakeProjects;
import io.windlass.pod.fake.PodWorld;
import io.windlass.pod.model.ContainerConfig;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.quota.DiskLimit;
import io.windlass.pod.quota.DiskLimits;
import io.windlass.pod.quota.QuotaPolicy;
import io.windlass.pod.security.Selinux;
import io.windlass.pod.store.Project;
import io.windlass.runtime.oci.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What containers are kept to, and the life of the project ids that it takes. */
class QuotasTest {
    private static final long FIRST = QuotaPolicy.USUAL_FIRST_PROJECT;
    private static final long KIB = 1024;

    private final Path folder;
    private PodWorld world;

    QuotasTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        world = new PodWorld(Files.createDirectory(folder.resolve("usual")));
        world.projects().quotas(ProjectQuotas.ENFORCED);
        // Detected once, by a daemon that starts.
        world.restart(() -> {});
    }

    @AfterEach
    void close() {
        world.close();
    }

    private void use(QuotaPolicy policy, ProjectQuotas quotas) throws IOException {
        world.close();
        world = new PodWorld(Files.createTempDirectory(folder, "other"), Selinux.NONE, policy);
        world.projects().quotas(quotas);
        world.restart(() -> {});
    }

    private static ContainerConfig limited(String name) {
        return Configs.containerOf(name)
                .annotation("quota.windlass.io/layer-bytes", "100Ki")
                .annotation("quota.windlass.io/layer-inodes", "50")
                .build();
    }

    private ContainerId create(ContainerConfig config) {
        return world.pods().createContainer().create(world.runSandbox("web").value(), config);
    }

    @Test
    void aLayerIsInAProjectOfItsOwnWithTheLimitsThatWereAskedFor() {
        ContainerId container = create(limited("main"));

        assertThat(world.projects().assigned())
                .containsExactlyInAnyOrderEntriesOf(Map.of(Path.of("/upper"), FIRST, Path.of("/work"), FIRST));
        assertThat(world.projects().usage(FakeProjects.LAYERS, FIRST)).isEqualTo(new ProjectUsage(0, 0, 100 * KIB, 50));
        assertThat(spec(container).annotations()).containsEntry("windlass.io/sealed-projects", "true");
    }

    private Spec spec(ContainerId container) {
        return world.pods().store().container(container.value()).definition().spec();
    }

    @Test
    void whereNothingIsLimitedTheUsageIsReadFromTheQuotaAllTheSame() {
        ContainerId container = create(Configs.container("main"));
        world.projects().use(FakeProjects.LAYERS, FIRST, 12 * KIB, 7);

        assertThat(world.pods().containerStats().stats(container.value()).writableLayer())
                .hasValueSatisfying(usage -> {
                    assertThat(usage.usedBytes()).isEqualTo(12 * KIB);
                    assertThat(usage.inodesUsed()).isEqualTo(7);
                    assertThat(usage.mountpoint()).isEqualTo("/var/lib/windlass");
                });
        assertThat(world.rootfs().measured).hasValue(0);
        assertThat(spec(container).annotations()).doesNotContainKey("windlass.io/sealed-projects");
    }

    @Test
    void withoutQuotasLimitsAreRefusedByNameAndUsageIsMeasured() throws IOException {
        use(QuotaPolicy.USUAL, ProjectQuotas.NONE);
        PodSandboxId sandbox = world.runSandbox("web");
        List<String> before = world.leftovers();

        assertThatThrownBy(() -> world.pods().createContainer().create(sandbox.value(), limited("main")))
                .isInstanceOfSatisfying(Fault.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.FAILED_PRECONDITION))
                .hasMessageStartingWith("cannot create container main")
                .hasMessageContaining(
                        "its writable layer cannot be limited, as annotation quota.windlass.io/layer-bytes asks for: the"
                                + " ext4 filesystem /var/lib/windlass (/dev/fake) has no project quotas")
                .hasMessageContaining("tune2fs -O project,quota -Q prjquota /dev/fake");

        assertThat(world.leftovers()).isEqualTo(before);
        ContainerId container = world.createContainer(sandbox, "main");
        assertThat(world.pods().containerStats().stats(container.value()).writableLayer())
                .hasValueSatisfying(usage -> assertThat(usage.usedBytes()).isEqualTo(4096));
    }

    @Test
    void whereProjectsAreOnlyCountedLimitsAreRefusedAndUsageIsRead() throws IOException {
        use(QuotaPolicy.USUAL, ProjectQuotas.COUNTED);
        assertThatThrownBy(() -> create(limited("main")))
                .hasMessageContaining("counts project quotas but does not enforce");
        ContainerId container =
                world.pods().createContainer().create(world.runSandbox("other").value(), Configs.container("main"));
        world.projects().use(FakeProjects.LAYERS, FIRST, 8 * KIB, 4);
        assertThat(world.pods().containerStats().stats(container.value()).writableLayer())
                .hasValueSatisfying(usage -> assertThat(usage.usedBytes()).isEqualTo(8 * KIB));
    }

    @Test
    void theDefaultsOfTheConfigurationCountAndAreToldWhereTheyCannotBeKept() throws IOException {
        DiskLimits defaults = new DiskLimits(
                Optional.of(new DiskLimit(64 * KIB, "[quota] layer_bytes")), Optional.empty(), Optional.empty());
        use(new QuotaPolicy(5, 10, defaults), ProjectQuotas.ENFORCED);
        assertThat(world.pods().quotas().lacking()).isEmpty();
        create(Configs.container("main"));
        assertThat(world.projects().usage(FakeProjects.LAYERS, 5).bytesLimit()).isEqualTo(64 * KIB);

        use(new QuotaPolicy(5, 10, defaults), ProjectQuotas.NONE);
        assertThat(world.pods().quotas().lacking()).contains("has no project quotas");
        assertThatThrownBy(() -> create(Configs.container("main")))
                .hasMessageContaining("as [quota] layer_bytes asks for");
    }

    @Test
    void aFullLayerShowsInTheStatusWhileItRunsAndInTheMessageOfItsEnd() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId container = world.pods().createContainer().create(sandbox.value(), limited("main"));
        world.pods().startContainer().start(container.value());
        assertThat(world.pods().containerStatus().status(container.value()).diskMessage())
                .isEmpty();
        world.projects().use(FakeProjects.LAYERS, FIRST, 100 * KIB, 7);

        String message = "its writable layer is full: 102400 of 102400 bytes of its quota are taken";
        assertThat(world.pods().containerStatus().status(container.value()).diskMessage())
                .isEqualTo(message);
        assertThat(world.pods().containerStatus().info(container.value()).get("info"))
                .contains(
                        "\"quotas\":[{\"of\":\"writable layer\",\"project\":2000000000,\"mountpoint\":\"/var/lib/windlass\","
                                + "\"bytes\":102400,\"bytesLimit\":102400,\"inodes\":7,\"inodesLimit\":50,\"full\":true}]");

        world.shims().of(sandbox).exit(container.value(), 1, 0);
        assertThat(world.pods().containerStatus().status(container.value()).state())
                .isInstanceOfSatisfying(ContainerState.Exited.class, exited -> {
                    assertThat(exited.reason()).isEqualTo("Error");
                    assertThat(exited.message()).isEqualTo(message);
                });
    }

    @Test
    void anEndThatIsNoFailureHasNoMessage() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId container = world.pods().createContainer().create(sandbox.value(), limited("main"));
        world.pods().startContainer().start(container.value());
        world.projects().use(FakeProjects.LAYERS, FIRST, 100 * KIB, 7);
        world.shims().of(sandbox).exit(container.value(), 0, 0);
        assertThat(world.pods().containerStatus().status(container.value()).state())
                .isInstanceOfSatisfying(
                        ContainerState.Exited.class,
                        exited -> assertThat(exited.message()).isEmpty());
    }

    @Test
    void anIdIsFreeWhenNoFileHasItAnyMore() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId container = world.pods().createContainer().create(sandbox.value(), limited("main"));
        world.projects().use(FakeProjects.LAYERS, FIRST, 100 * KIB, 7);

        world.pods().removeContainer().remove(container.value());
        assertThat(world.projects().usage(FakeProjects.LAYERS, FIRST).bytesLimit())
                .isZero();
        assertThat(world.pods().store().projects())
                .singleElement()
                .satisfies(project -> assertThat(project.retired()).isTrue());

        world.projects().use(FakeProjects.LAYERS, FIRST, 0, 0);
        ContainerId next = world.createContainer(sandbox, "next");
        assertThat(world.pods().store().projects()).extracting(Project::id).containsExactly(FIRST + 1);
        world.pods().removeContainer().remove(next.value());
        assertThat(world.pods().store().projects()).isEmpty();
    }

    @Test
    void whatTheDaemonItselfPutsIntoALayerBeyondItsLimitIsRefused() {
        ContainerId container = create(limited("main"));
        world.projects().use(FakeProjects.LAYERS, FIRST, 100 * KIB, 7);
        world.pods().quotas().checkLayer(container);
        world.projects().use(FakeProjects.LAYERS, FIRST, 100 * KIB + 1, 7);
        assertThatThrownBy(() -> world.pods().quotas().checkLayer(container))
                .isInstanceOfSatisfying(Fault.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.RESOURCE_EXHAUSTED))
                .hasMessageContaining("its writable layer is full: 102401 of 102400 bytes");
    }

    @Test
    void idsThatSomebodyElseUsesAreLeftAlone() throws IOException {
        use(new QuotaPolicy(7, 2, DiskLimits.NONE), ProjectQuotas.ENFORCED);
        world.projects().use(FakeProjects.LAYERS, 7, 1, 1);
        PodSandboxId sandbox = world.runSandbox("web");
        world.createContainer(sandbox, "main");
        assertThat(world.projects().assigned()).containsEntry(Path.of("/upper"), 8L);

        assertThatThrownBy(() -> world.createContainer(sandbox, "other"))
                .isInstanceOfSatisfying(Fault.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.RESOURCE_EXHAUSTED))
                .hasMessageContaining("all ids of [quota] (7-8) are in use on /var/lib/windlass");
        assertThat(world.projects().usage(FakeProjects.LAYERS, 7)).isEqualTo(new ProjectUsage(1, 1, 0, 0));
    }

    @Test
    void aContainerThatFailsAtAnyStepLeavesNoProject() {
        PodSandboxId sandbox = world.runSandbox("web");
        List<String> before = world.leftovers();
        world.failpoints().failAt(0);
        ContainerId whole = world.pods().createContainer().create(sandbox.value(), limited("main"));
        List<String> steps = world.failpoints().passed();
        assertThat(steps)
                .containsExactly(
                        "rootfs.resolve",
                        "rootfs.prepare",
                        "project.assign",
                        "project.assign",
                        "project.limit",
                        "cgroup.create",
                        "shim.create");
        world.pods().removeContainer().remove(whole.value());

        for (int step = 1; step <= steps.size(); step++) {
            world.failpoints().failAt(step);
            assertThatThrownBy(() -> world.pods().createContainer().create(sandbox.value(), limited("main")))
                    .hasMessageContaining("failpoint");
            assertThat(world.leftovers().stream()
                            .filter(left -> !left.startsWith("cgroup"))
                            .toList())
                    .as("after failing at " + world.failpoints().failed())
                    .containsExactlyInAnyOrderElementsOf(before);
        }
    }

    @Test
    void theNextDaemonLimitsAgainWhatLivesAndFreesWhatDoesNot() {
        ContainerId container = create(limited("main"));
        Project ofNobody =
                new Project(77, ContainerId.generate(), Project.Part.LAYER, FakeProjects.LAYERS, KIB, 0, false);
        world.restart(() -> {
            world.projects().limit(FakeProjects.LAYERS, FIRST, 0, 0);
            world.projects().limit(FakeProjects.LAYERS, 77, KIB, 0);
        });
        world.pods().store().put(ofNobody);
        world.restart(() -> {});

        assertThat(world.projects().usage(FakeProjects.LAYERS, FIRST).bytesLimit())
                .isEqualTo(100 * KIB);
        assertThat(world.projects().inUse()).doesNotContain(77L);
        assertThat(world.pods().store().projects())
                .extracting(Project::container)
                .containsExactly(container);
    }

    @Test
    void aLogHasAProjectOfItsOwnAlsoWhenItIsOpenedAnew() {
        Path logs = folder.resolve("logs");
        Map<String, String> annotations = Map.of("log-bytes.quota.windlass.io/main", "64Ki");
        PodSandboxId sandbox = world.pods().runPodSandbox().run(Configs.sandbox("web", annotations, logs), "");
        ContainerId container = world.pods()
                .createContainer()
                .create(
                        sandbox.value(),
                        Configs.containerOf("main").logPath("0.log").build());
        Path log = logs.resolve("0.log");
        long project = world.projects().assigned().getOrDefault(log, 0L);
        assertThat(project).isEqualTo(FIRST + 1);
        assertThat(world.projects().usage(FakeProjects.OTHERS, project)).isEqualTo(new ProjectUsage(0, 0, 64 * KIB, 0));

        world.pods().startContainer().start(container.value());
        world.projects().assignFile(log, 0);
        world.pods().reopenContainerLog().reopen(container.value());
        assertThat(world.projects().assigned()).containsEntry(log, project);

        world.projects().use(FakeProjects.OTHERS, project, 64 * KIB, 1);
        assertThat(world.pods().containerStatus().status(container.value()).diskMessage())
                .startsWith("its log is full: 65536 of 65536 bytes");
        world.pods().removeContainer().remove(container.value());
        assertThat(world.projects().usage(FakeProjects.OTHERS, project)).isEqualTo(new ProjectUsage(64 * KIB, 1, 0, 0));
    }

    @Test
    void limitsChangeWhileTheContainerExists() {
        ContainerId container = create(limited("main"));
        update(container, Map.of("quota.windlass.io/layer-bytes", "200Ki"));
        assertThat(world.projects().usage(FakeProjects.LAYERS, FIRST)).isEqualTo(new ProjectUsage(0, 0, 200 * KIB, 50));
        world.restart(() -> {});
        assertThat(world.pods().quotas().limits(container).layerBytes())
                .map(DiskLimit::amount)
                .contains(200 * KIB);
    }

    @Test
    void anUpdateThatFailsLeavesTheLimitsAsTheyWere() {
        ContainerId container = create(limited("main"));
        world.failpoints().failAt(1);
        assertThatThrownBy(() -> update(container, Map.of("quota.windlass.io/layer-bytes", "200Ki")))
                .hasMessageStartingWith("cannot update container " + container)
                .hasMessageContaining("failpoint project.limit");
        world.failpoints().failAt(0);
        assertThat(world.pods().quotas().limits(container).layerBytes())
                .map(DiskLimit::amount)
                .contains(100 * KIB);
    }

    @Test
    void whatWasCreatedWithoutALimitIsNotGivenOne() {
        ContainerId container = create(Configs.container("main"));
        assertThatThrownBy(() -> update(container, Map.of("quota.windlass.io/layer-bytes", "200Ki")))
                .hasMessageContaining("its writable layer was created without a limit");
        assertThatThrownBy(() -> update(container, Map.of("quota.windlass.io/log-bytes", "200Ki")))
                .hasMessageContaining("its log was created without a limit");
        assertThatThrownBy(() -> update(container, Map.of("other", "1"))).hasMessageContaining("and was given [other]");
    }

    private void update(ContainerId container, Map<String, String> annotations) {
        world.pods().updateContainerResources().update(container.value(), LinuxContainerResources.NONE, annotations);
    }
}
