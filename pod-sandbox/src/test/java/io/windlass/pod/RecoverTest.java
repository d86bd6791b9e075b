package io.windlass.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.linux.cgroup.CgroupResources;
import io.windlass.pod.fake.FakeRootfs;
import io.windlass.pod.fake.PodWorld;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.model.ContainerStatus;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.PodSandboxStatus;
import io.windlass.pod.model.SandboxState;
import io.windlass.pod.store.Intent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Daemons that end at any moment, and what the next one finds. */
class RecoverTest {
    private final PodWorld world;

    RecoverTest(@TempDir Path folder) {
        world = new PodWorld(folder);
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void podsAndContainersAreFoundAgainAsTheyWere() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId running = world.startContainer(sandbox, "running");
        ContainerId created = world.createContainer(sandbox, "created");
        PodSandboxStatus sandboxBefore = world.pods().podSandboxStatus().status(sandbox.value());
        ContainerStatus runningBefore = world.pods().containerStatus().status(running.value());
        ContainerStatus createdBefore = world.pods().containerStatus().status(created.value());

        world.restart(() -> {});
        assertThat(world.pods().podSandboxStatus().status(sandbox.value())).isEqualTo(sandboxBefore);
        assertThat(world.pods().containerStatus().status(running.value())).isEqualTo(runningBefore);
        assertThat(world.pods().containerStatus().status(created.value())).isEqualTo(createdBefore);
        world.pods().startContainer().start(created.value());
        world.pods().removePodSandbox().remove(sandbox.value());
        assertThat(world.leftovers()).isEmpty();
    }

    @Test
    void aContainerThatEndedMeanwhileHasItsExitCode() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId container = world.startContainer(sandbox, "main");
        world.restart(() -> world.shims().of(sandbox).exit(container.value(), 7, 0));
        assertThat(world.pods().containerStatus().status(container.value()).state())
                .isInstanceOfSatisfying(ContainerState.Exited.class, exited -> {
                    assertThat(exited.exitCode()).isEqualTo(7);
                    assertThat(exited.reason()).isEqualTo("Error");
                    assertThat(exited.startedAt()).isPresent();
                });
    }

    @Test
    void aPodWhoseShimDiedMeanwhileIsNotReadyAndCanBeRemoved() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId container = world.startContainer(sandbox, "main");
        world.restart(() -> {
            world.shims().of(sandbox).exit(container.value(), 137, 9);
            world.shims().crash(sandbox);
        });
        assertThat(world.pods().podSandboxStatus().status(sandbox.value()).state())
                .isInstanceOfSatisfying(
                        SandboxState.NotReady.class,
                        state -> assertThat(state.reason()).contains("shim is gone"));
        world.pods().removePodSandbox().remove(sandbox.value());
        assertThat(world.leftovers()).isEmpty();
    }

    @Test
    void aShimThatDiesMakesItsPodNotReady() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId container = world.startContainer(sandbox, "main");
        world.shims().of(sandbox).exit(container.value(), 137, 9);
        world.shims().crash(sandbox);
        await(() -> !world.pods().store().sandbox(sandbox.value()).ready());
        world.pods().removePodSandbox().remove(sandbox.value());
        assertThat(world.leftovers()).isEmpty();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time left").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void whatWasHalfMadeIsUndone() {
        PodSandboxId sandbox = world.runSandbox("web");
        ContainerId half = ContainerId.generate();
        String group = "/windlass-test/" + half;
        world.pods().store().intend(new Intent(Intent.Kind.CONTAINER, half.value(), sandbox, group));
        world.rootfs().prepare(half, world.rootfs().resolve(FakeRootfs.IMAGE).orElseThrow());
        world.cgroups().create(group, CgroupResources.NONE);
        world.restart(() -> {});
        assertThat(world.rootfs().prepared()).isEmpty();
        assertThat(world.cgroups().paths()).doesNotContain(group);
        assertThat(world.pods().store().intents()).isEmpty();
        assertThat(world.pods().store().sandbox(sandbox.value()).ready()).isTrue();
    }

    @Test
    void whatNobodyKnowsIsRemoved() {
        PodSandboxId sandbox = world.runSandbox("web");
        world.startContainer(sandbox, "main");
        world.rootfs()
                .prepare(
                        ContainerId.generate(),
                        world.rootfs().resolve(FakeRootfs.IMAGE).orElseThrow());
        // As after the loss of the store.
        world.pods().store().containers().forEach(world.pods().store()::remove);
        world.pods().store().sandboxes().forEach(world.pods().store()::remove);
        world.restart(() -> {});
        assertThat(world.leftovers().stream()
                        .filter(left -> !left.startsWith("cgroup"))
                        .toList())
                .isEmpty();
    }
}
