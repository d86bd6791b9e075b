package io.windlass.runtime.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.runtime.shim.ShimEvent.ContainerExited;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@RequiresRoot
class ReconnectIT {
    private static ShimHost host;

    @BeforeAll
    static void start() {
        host = new ShimHost();
    }

    @AfterAll
    static void end() throws IOException {
        host.close();
    }

    @Test
    void tellsExitsInOrder() {
        PodShim pod = host.pod();
        List<ShimEvent> events = new CopyOnWriteArrayList<>();
        pod.onEvent(events::add);
        ContainerLaunch first = host.shell("exit 1");
        ContainerLaunch second = host.shell("exit 2");

        host.run(pod, first);
        host.run(pod, second);
        ShimHost.eventually("two events", () -> events.size() == 2);

        assertThat(events)
                .extracting(event -> ((ContainerExited) event).exit().exitCode())
                .containsExactly(1, 2);
        assertThat(events)
                .extracting(event -> ((ContainerExited) event).containerId())
                .containsExactly(first.containerId(), second.containerId());
    }

    @Test
    void repeatsToANewClientWhatHappenedWhileNobodyListened() {
        String id = ShimHost.id();
        PodShim before = host.pod(id, Set.of(PodNamespace.NET));
        ContainerLaunch running = host.idle(before);
        ContainerLaunch ended = host.shell("exit 9");
        before.create(ended);
        before.start(ended.containerId());
        before.close();
        host.awaitExit(ended);

        ShimSupervisor later = host.newSupervisor();
        List<ShimEvent> events = new CopyOnWriteArrayList<>();
        try (PodShim after = later.connect(id, later.socketOf(id))) {
            after.onEvent(events::add);
            ShimHost.eventually("the event", () -> !events.isEmpty());

            assertThat(((ContainerExited) events.getFirst()).exit())
                    .isEqualTo(ExitRecord.read(ended.exitFile()).orElseThrow());
            assertThat(after.list()).hasSize(2);
            after.signal(running.containerId(), 9, true);
            host.awaitExit(running);
            after.shutdown();
        }
    }

    @Test
    void saysThatTheConnectionWasClosedHere() {
        PodShim pod = host.pod();
        pod.shutdown();

        assertThat(pod.alive()).isFalse();
        assertThatThrownBy(pod::list)
                .isInstanceOfSatisfying(Fault.class, f -> assertThat(f.kind()).isEqualTo(FaultKind.UNAVAILABLE));
    }

    @Test
    void saysThatNobodyListens() {
        ShimSupervisor supervisor = host.newSupervisor();
        String id = ShimHost.id();

        assertThatThrownBy(() -> supervisor.connect(id, supervisor.socketOf(id)))
                .isInstanceOfSatisfying(Fault.class, f -> assertThat(f.kind()).isEqualTo(FaultKind.UNAVAILABLE))
                .hasMessageContaining("cannot reach the shim of pod " + id);
    }

    @Test
    void goesOnWithTheSuccessorOfAKilledShim() {
        PodShim pod = host.pod();
        List<ShimEvent> events = new CopyOnWriteArrayList<>();
        pod.onEvent(events::add);
        ContainerLaunch launch = host.idle(pod);
        long pid = pod.pid();

        ProcessHandle.of(pid).orElseThrow().destroyForcibly();

        ShimHost.eventually("the successor", () -> {
            try {
                return pod.pid() != pid;
            } catch (Fault e) {
                return false;
            }
        });
        assertThat(pod.list()).singleElement().extracting(ShimContainer::state).isEqualTo(ShimContainer.State.RUNNING);
        assertThat(host.execute(pod, launch, "echo", "again").stdout()).isEqualTo("again\n");
        pod.signal(launch.containerId(), 15, false);
        host.awaitExit(launch);
        ShimHost.eventually("the exit's event", () -> events.stream().anyMatch(ContainerExited.class::isInstance));
        assertThat(events).noneMatch(ShimEvent.ShimLost.class::isInstance);
    }
}
