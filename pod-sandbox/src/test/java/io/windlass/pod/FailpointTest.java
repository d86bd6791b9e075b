package io.windlass.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.pod.fake.PodWorld;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.PodSandboxId;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every step of making a pod and a container fails once; nothing of them may be left. */
class FailpointTest {
    private final PodWorld world;

    FailpointTest(@TempDir Path folder) {
        world = new PodWorld(folder);
    }

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void aSandboxThatFailsAtAnyStepLeavesNothing() {
        world.failpoints().failAt(0);
        PodSandboxId whole = world.runSandbox("web");
        List<String> steps = world.failpoints().passed();
        assertThat(steps).containsExactly("mount", "shim.spawn", "network.attach");
        world.pods().removePodSandbox().remove(whole.value());

        for (int step = 1; step <= steps.size(); step++) {
            world.failpoints().failAt(step);
            assertThatThrownBy(() -> world.runSandbox("web")).hasMessageContaining("failpoint");
            assertThat(world.leftovers())
                    .as("after failing at " + world.failpoints().failed())
                    .isEmpty();
        }
        world.failpoints().failAt(0);
        world.runSandbox("web");
    }

    @Test
    void aContainerThatFailsAtAnyStepLeavesNothing() {
        PodSandboxId sandbox = world.runSandbox("web");
        List<String> before = world.leftovers();
        world.failpoints().failAt(0);
        ContainerId whole = world.createContainer(sandbox, "main");
        List<String> steps = world.failpoints().passed();
        assertThat(steps).containsExactly("rootfs.resolve", "rootfs.prepare", "cgroup.create", "shim.create");
        world.pods().removeContainer().remove(whole.value());

        for (int step = 1; step <= steps.size(); step++) {
            world.failpoints().failAt(step);
            assertThatThrownBy(() -> world.createContainer(sandbox, "main")).hasMessageContaining("failpoint");
            assertThat(world.leftovers().stream()
                            .filter(left -> !left.startsWith("cgroup"))
                            .toList())
                    .as("after failing at " + world.failpoints().failed())
                    .containsExactlyInAnyOrderElementsOf(before);
            assertThat(world.shims().of(sandbox).containers()).isEmpty();
        }
        world.pods().removePodSandbox().remove(sandbox.value());
        assertThat(world.leftovers()).isEmpty();
    }

    @Test
    void anUndoThatFailsIsReportedAndFinishedByTheNextDaemon() {
        world.failpoints().failAt(3);
        world.network().failDetach(true);
        assertThatThrownBy(() -> world.runSandbox("web"))
                .hasMessageContaining("failpoint network.attach")
                .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("cannot undo step"));
        assertThat(world.leftovers()).isNotEmpty();
        world.failpoints().failAt(0);
        world.network().failDetach(false);
        world.restart(() -> {});
        assertThat(world.leftovers()).isEmpty();
    }
}
