package io.windlass.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.events.PodEvent;
import io.windlass.pod.fake.Configs;
import io.windlass.pod.fake.PodWorld;
import io.windlass.pod.model.ContainerFilter;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.ContainerStateKind;
import io.windlass.pod.model.ContainerStats;
import io.windlass.pod.model.ContainerStatsFilter;
import io.windlass.pod.model.ContainerStatus;
import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.model.NamespaceMode;
import io.windlass.pod.model.NamespaceOptions;
import io.windlass.pod.model.PodSandboxConfig;
import io.windlass.pod.model.PodSandboxFilter;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.PodSandboxStatus;
import io.windlass.pod.model.SandboxState;
import io.windlass.pod.model.SandboxStateKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole lives of pods and containers, and the repeating of every step. */
class PodLifecycleTest {
    private final PodWorld world;

    PodLifecycleTest(@TempDir Path folder) {
        world = new PodWorld(folder);
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void aPodIsRunAndRemovedWithNothingLeft() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId container = world.startContainer(sandbox, "main");

        assertThat(world.pods().podSandboxStatus().status(sandbox.value()).state())
                .isInstanceOf(SandboxState.Ready.class);
        assertThat(world.pods().containerStatus().status(container.value()).state())
                .isInstanceOf(ContainerState.Running.class);

        world.pods().stopPodSandbox().stop(sandbox.value());
        world.pods().removePodSandbox().remove(sandbox.value());
        assertThat(world.leftovers()).isEmpty();
        assertThat(world.pods().listPodSandboxes().list(PodSandboxFilter.ALL)).isEmpty();
        assertThat(world.pods().listContainers().list(ContainerFilter.ALL)).isEmpty();
    }

    @Test
    void removingASandboxStopsItFirst() {
        PodSandboxId sandbox = world.runSandbox("web");
        world.startContainer(sandbox, "main");
        world.pods().removePodSandbox().remove(sandbox.value());
        assertThat(world.leftovers()).isEmpty();
    }

    @Test
    void stopAndRemoveMayBeRepeatedAndMeanNothingForUnknownIds() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId container = world.startContainer(sandbox, "main");
        for (int i = 0; i < 2; i++) {
            world.pods().stopContainer().stop(container.value(), Duration.ZERO);
            world.pods().stopPodSandbox().stop(sandbox.value());
        }
        for (int i = 0; i < 2; i++) {
            world.pods().removeContainer().remove(container.value());
            world.pods().removePodSandbox().remove(sandbox.value());
        }
        world.pods().stopContainer().stop(ContainerId.generate().value(), Duration.ofSeconds(1));
        world.pods().removeContainer().remove(ContainerId.generate().value());
        world.pods().stopPodSandbox().stop(PodSandboxId.generate().value());
        world.pods().removePodSandbox().remove(PodSandboxId.generate().value());
        assertThat(world.leftovers()).isEmpty();
    }

    @Test
    void aSandboxWhoseNetworkCannotBeDetachedKeepsItsNamespaceForARetry() {
        PodSandboxId sandbox = world.runSandbox("web");
        world.network().failDetach(true);
        assertThatThrownBy(() -> world.pods().removePodSandbox().remove(sandbox.value()))
                .hasMessageContaining("cannot detach");
        assertThat(world.mounts().mounted())
                .contains(world.podFolders().resolve(sandbox.value()).resolve("ns/net"));
        assertThat(world.pods()
                        .podSandboxStatus()
                        .status(sandbox.value())
                        .state()
                        .kind())
                .isEqualTo(SandboxStateKind.READY);

        world.network().failDetach(false);
        world.pods().removePodSandbox().remove(sandbox.value());
        assertThat(world.leftovers()).isEmpty();
    }

    @Test
    void theSameSandboxAskedForAgainIsTheSame() {
        PodSandboxId first = world.runSandbox("web");
        assertThat(world.runSandbox("web")).isEqualTo(first);
        PodSandboxConfig other = Configs.sandbox(
                "web",
                Configs.linux(new NamespaceOptions(
                        NamespaceMode.NODE, NamespaceMode.CONTAINER, NamespaceMode.POD, "", Optional.empty())));
        assertThatThrownBy(() -> world.pods().runPodSandbox().run(other, ""))
                .hasMessageContaining(first.value())
                .isInstanceOfSatisfying(Fault.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.ALREADY_EXISTS));
    }

    @Test
    void identicalRequestsAtOnceMakeOneSandboxAndOneContainer() throws Exception {
        List<PodSandboxId> sandboxes = atOnce(() -> world.runSandbox("web"));
        assertThat(Set.copyOf(sandboxes)).hasSize(1);
        List<ContainerId> containers = atOnce(() -> world.createContainer(sandboxes.getFirst(), "main"));
        assertThat(Set.copyOf(containers)).hasSize(1);
        assertThat(world.shims().of(sandboxes.getFirst()).calls()).containsExactly("create");
    }

    private static <T> List<T> atOnce(Callable<T> work) throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<T> results = new ArrayList<>();
            for (Future<T> result : executor.invokeAll(Collections.nCopies(8, work))) {
                results.add(result.get());
            }
            return results;
        }
    }

    @Test
    void aHostNetworkPodHasNoAddressAndNoNetworkNamespace() {
        PodSandboxConfig config = Configs.sandbox(
                "host",
                Configs.linux(new NamespaceOptions(
                        NamespaceMode.NODE, NamespaceMode.CONTAINER, NamespaceMode.NODE, "", Optional.empty())));
        PodSandboxId sandbox = world.pods().runPodSandbox().run(config, "windlass");
        assertThat(world.shims().of(sandbox).request().namespaces()).isEmpty();
        assertThat(world.network().attached()).isEmpty();
        assertThat(world.pods().podSandboxStatus().status(sandbox.value()).addresses())
                .isEmpty();
    }

    @Test
    void wrongSandboxesAreRefusedByTheNameOfTheField() {
        assertThatThrownBy(() -> world.pods().runPodSandbox().run(Configs.sandbox("web"), "kata"))
                .hasMessageContaining("runtime_handler 'kata'");
        assertThatThrownBy(() -> world.runSandbox("")).hasMessageContaining("metadata needs a name");
        assertThatThrownBy(() -> world.runSandbox("x".repeat(65))).hasMessageContaining("hostname");
    }

    @Test
    void aContainerNeedsAReadySandboxAndAnImage() {
        PodSandboxId sandbox = world.runSandbox("web");
        assertThatThrownBy(() -> world.pods()
                        .createContainer()
                        .create(
                                sandbox.value(),
                                Configs.containerOf("main").image("nowhere").build()))
                .isInstanceOfSatisfying(Fault.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.NOT_FOUND))
                .hasMessageContaining("image nowhere is not on this machine");
        world.pods().stopPodSandbox().stop(sandbox.value());
        assertThatThrownBy(() -> world.createContainer(sandbox, "main")).hasMessageContaining("is not ready");
    }

    @Test
    void aContainerThatEndsBeforeItsStartIsAnsweredWasSeenRunning() {
        PodSandboxId sandbox = world.runSandbox("web");
        world.shims().of(sandbox).endAtStart();
        List<PodEvent.Type> types = new ArrayList<>();
        world.pods().events().subscribe(event -> types.add(event.type()));
        ContainerId container = world.startContainer(sandbox, "main");
        assertThat(types).containsExactly(PodEvent.Type.CREATED, PodEvent.Type.STARTED, PodEvent.Type.STOPPED);
        assertThat(world.pods().containerStatus().status(container.value()).state())
                .isInstanceOfSatisfying(ContainerState.Exited.class, exited -> {
                    assertThat(exited.startedAt()).isPresent();
                    assertThat(exited.reason()).isEqualTo("Completed");
                });
    }

    @Test
    void whatKubeletReadsOfAPodHasItsNewestContainerFirstAndItsEndSaysWhoseItWas() {
        PodSandboxId sandbox = world.runSandbox("web");
        List<ContainerId> started = new ArrayList<>();
        for (String name : List.of("a", "b", "c", "d", "e")) {
            started.addFirst(world.startContainer(sandbox, name));
        }
        assertThat(world.pods().podSandboxStatus().containers(sandbox.value()))
                .extracting(ContainerStatus::id)
                .containsExactlyElementsOf(started);
        List<PodEvent> events = new ArrayList<>();
        world.pods().events().subscribe(events::add);
        world.pods().removePodSandbox().remove(sandbox.value());
        assertThat(events).last().satisfies(event -> {
            assertThat(event.type()).isEqualTo(PodEvent.Type.DELETED);
            assertThat(event.id()).isEqualTo(sandbox.value());
            assertThat(event.sandbox().orElseThrow().id()).isEqualTo(sandbox);
        });
    }

    @Test
    void aStartThatFailsLeavesTheContainerExitedWithItsReason() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId container = world.createContainer(sandbox, "main");
        world.failpoints().failAt(1);
        assertThatThrownBy(() -> world.pods().startContainer().start(container.value()))
                .hasMessageContaining("failpoint shim.start");
        assertThat(world.pods().containerStatus().status(container.value()).state())
                .isInstanceOfSatisfying(ContainerState.Exited.class, exited -> {
                    assertThat(exited.exitCode()).isEqualTo(128);
                    assertThat(exited.reason()).isEqualTo("StartError");
                    assertThat(exited.message()).contains("failpoint");
                });
        assertThatThrownBy(() -> world.pods().startContainer().start(container.value()))
                .hasMessageContaining("it is exited, not created");
    }

    @Test
    void outOfMemoryIsTheReasonWhenTheKernelKilled() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId container = world.startContainer(sandbox, "main");
        String path =
                world.pods().store().container(container.value()).definition().cgroupPath();
        world.cgroups().group(path).outOfMemory();
        world.shims().of(sandbox).exit(container.value(), 137, 9);
        assertThat(world.pods().containerStatus().status(container.value()).state())
                .isInstanceOfSatisfying(
                        ContainerState.Exited.class,
                        exited -> assertThat(exited.reason()).isEqualTo("OOMKilled"));
    }

    @Test
    void aKillForMemoryIsFoundInTheGroupAboveWhenSystemdHasTakenTheGroupAway() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId greedy = world.startContainer(sandbox, "greedy");
        ContainerId killed = world.startContainer(sandbox, "killed");
        ContainerId survivor = world.startContainer(sandbox, "survivor");
        world.cgroups().group(groupOf(survivor)).outOfMemory();
        world.cgroups().group(groupOf(greedy)).outOfMemory();

        assertThat(reasonOfEndWithoutGroup(sandbox, greedy)).isEqualTo("OOMKilled");
        assertThat(reasonOfEndWithoutGroup(sandbox, killed)).isEqualTo("Error");
        assertThat(reasonOfEndWithoutGroup(sandbox, survivor)).isEqualTo("OOMKilled");
    }

    @Test
    void twoThatAreKilledForMemoryAtOnceAreBothTold() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId first = world.startContainer(sandbox, "first");
        ContainerId second = world.startContainer(sandbox, "second");
        for (ContainerId greedy : List.of(first, second)) {
            world.cgroups().group(groupOf(greedy)).outOfMemory();
        }
        world.cgroups().group(groupOf(first)).remove();
        world.cgroups().group(groupOf(second)).remove();

        assertThat(reasonOfEnd(sandbox, first)).isEqualTo("OOMKilled");
        assertThat(reasonOfEnd(sandbox, second)).isEqualTo("OOMKilled");
    }

    @Test
    void aKillForMemoryOfTheTimeBeforeTheDaemonIsNotTakenForOneNow() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId greedy = world.startContainer(sandbox, "greedy");
        ContainerId later = world.startContainer(sandbox, "later");
        world.cgroups().group(groupOf(greedy)).outOfMemory();
        assertThat(reasonOfEndWithoutGroup(sandbox, greedy)).isEqualTo("OOMKilled");
        world.restart(() -> {});

        assertThat(reasonOfEndWithoutGroup(sandbox, later)).isEqualTo("Error");
    }

    private String groupOf(ContainerId container) {
        return world.pods().store().container(container.value()).definition().cgroupPath();
    }

    private String reasonOfEndWithoutGroup(PodSandboxId sandbox, ContainerId container) {
        world.cgroups().group(groupOf(container)).remove();
        return reasonOfEnd(sandbox, container);
    }

    private String reasonOfEnd(PodSandboxId sandbox, ContainerId container) {
        world.shims().of(sandbox).exit(container.value(), 137, 9);
        return world.pods().containerStatus().status(container.value()).state() instanceof ContainerState.Exited exited
                ? exited.reason()
                : "none";
    }

    @Test
    void stoppingSendsTheContainersSignalAndKillsAfterTheTimeout() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId polite = world.pods()
                .createContainer()
                .create(
                        sandbox.value(),
                        Configs.containerOf("polite").stopSignal("SIGUSR1").build());
        world.pods().startContainer().start(polite.value());
        world.pods().stopContainer().stop(polite.value(), Duration.ofSeconds(5));
        assertThat(world.shims().of(sandbox).calls()).contains("signal 10").doesNotContain("signal 9 all");

        world.shims().of(sandbox).ignoreTerm();
        ContainerId stubborn = world.startContainer(sandbox, "stubborn");
        world.pods().stopContainer().stop(stubborn.value(), Duration.ofMillis(20));
        assertThat(world.shims().of(sandbox).calls()).endsWith("signal 15", "signal 9 all");
        assertThat(world.pods().containerStatus().status(stubborn.value()).state())
                .isInstanceOfSatisfying(
                        ContainerState.Exited.class,
                        exited -> assertThat(exited.exitCode()).isEqualTo(137));
    }

    @Test
    void listsAreFilteredByPrefixStateSandboxAndLabels() {
        PodSandboxId web = world.runSandbox("web");
        PodSandboxId db = world.runSandbox("db");
        ContainerId running = world.startContainer(web, "main");
        ContainerId created = world.createContainer(db, "main");
        world.pods().stopPodSandbox().stop(db.value());

        assertThat(world.pods().listPodSandboxes().list(PodSandboxFilter.ALL))
                .extracting(PodSandboxStatus::id)
                .containsExactly(web, db);
        assertThat(world.pods()
                        .listPodSandboxes()
                        .list(new PodSandboxFilter("", Optional.of(SandboxStateKind.NOT_READY), Map.of())))
                .extracting(PodSandboxStatus::id)
                .containsExactly(db);
        assertThat(world.pods()
                        .listPodSandboxes()
                        .list(new PodSandboxFilter("", Optional.empty(), Map.of("app", "web"))))
                .extracting(PodSandboxStatus::id)
                .containsExactly(web);
        assertThat(world.pods()
                        .listContainers()
                        .list(new ContainerFilter(created.value().substring(0, 20), Optional.empty(), "", Map.of())))
                .extracting(ContainerStatus::id)
                .containsExactly(created);
        assertThat(world.pods()
                        .listContainers()
                        .list(new ContainerFilter(
                                "", Optional.of(ContainerStateKind.RUNNING), web.value(), Map.of("container", "main"))))
                .extracting(ContainerStatus::id)
                .containsExactly(running);
    }

    @Test
    void statsComeFromCgroupAndWritableLayer() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId container = world.startContainer(sandbox, "main");
        ContainerStats stats = world.pods().containerStats().stats(container.value());
        assertThat(stats.cpu().orElseThrow().usageCoreNanoSeconds()).isEqualTo(1_000_000);
        assertThat(stats.memory().orElseThrow().availableBytes()).hasValue((1 << 20) - 1024);
        assertThat(stats.writableLayer().orElseThrow().usedBytes()).isEqualTo(4096);
        assertThat(stats.swap().orElseThrow().usageBytes()).isEqualTo(100);
        assertThat(stats.swap().orElseThrow().availableBytes()).hasValue(3996);
        assertThat(stats.cpu().orElseThrow().pressure().orElseThrow().some().totalNanos())
                .isEqualTo(5_000_000_000L);
        assertThat(stats.io().orElseThrow().pressure().some().average60()).isEqualTo(2);
        assertThat(world.pods().podSandboxStats().stats(sandbox.value()).processCount())
                .hasValue(1);
        assertThat(world.pods()
                        .podSandboxStats()
                        .stats(sandbox.value())
                        .memory()
                        .orElseThrow()
                        .usageBytes())
                .isEqualTo(2048);
        world.pods().stopContainer().stop(container.value(), Duration.ZERO);
        assertThat(world.pods().containerStats().list(ContainerStatsFilter.ALL)).isEmpty();
    }

    @Test
    void updatedResourcesReachTheCgroupAndTheStatus() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId container = world.startContainer(sandbox, "main");
        LinuxContainerResources asked =
                new LinuxContainerResources(0, 0, 512, 1 << 24, 0, "", "", List.of(), Map.of(), 0);
        world.pods().updateContainerResources().update(container.value(), asked, Map.of());
        String path =
                world.pods().store().container(container.value()).definition().cgroupPath();
        assertThat(world.cgroups().group(path).limits().cpuShares()).hasValue(512);
        assertThat(world.pods()
                        .containerStatus()
                        .status(container.value())
                        .resources()
                        .orElseThrow())
                .isEqualTo(asked);
    }

    @Test
    void theVerboseAnswersAreJson() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId container = world.startContainer(sandbox, "main");
        assertThat(world.pods().containerStatus().info(container.value()).get("info"))
                .contains("\"runtimeSpec\":{", "\"launchTimeline\":[{\"name\":\"CLONE\"", "EXECVE");
        assertThat(world.pods().podSandboxStatus().info(sandbox.value()).get("info"))
                .contains("\"namespaces\":{\"ipc\":");
    }
}
