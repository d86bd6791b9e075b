package io.windlass.runtime.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.runtime.oci.Mount;
import io.windlass.runtime.program.TypicalContainer;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@RequiresRoot
class ContainerLifeIT {
    private static ShimHost host;
    private static PodShim pod;

    @BeforeAll
    static void start() {
        host = new ShimHost();
        pod = host.pod();
    }

    @AfterAll
    static void end() throws IOException {
        host.close();
    }

    @Test
    void runsAContainerAndWritesItsLogAndExitRecord() {
        ContainerLaunch launch = host.shell("echo out; echo err >&2; exit 7");

        CreatedContainer created = pod.create(launch);
        assertThat(created.pid()).isPositive();
        assertThat(created.startTime()).isPositive();
        assertThat(created.timeline().steps())
                .extracting(Timeline.Step::name)
                .startsWith("CLONE")
                .contains("PIVOT", "MASK");
        Timeline started = pod.start(launch.containerId());
        assertThat(started.steps()).extracting(Timeline.Step::name).contains("CAPSET", "NO_NEW_PRIVS");

        ExitRecord exit = host.awaitExit(launch);
        assertThat(exit.exitCode()).isEqualTo(7);
        assertThat(exit.signal()).isZero();
        assertThat(host.rawLog(launch).lines().toList())
                .anyMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}\\S+ stdout F out"))
                .anyMatch(line -> line.endsWith(" stderr F err"));
        pod.delete(launch.containerId());
        assertThat(pod.list()).noneMatch(c -> c.containerId().equals(launch.containerId()));
    }

    @Test
    void signalsTheFirstProcess() {
        ContainerLaunch launch = host.idle(pod);

        pod.signal(launch.containerId(), 15, false);

        assertThat(host.awaitExit(launch)).extracting(ExitRecord::exitCode).isEqualTo(0);
    }

    @Test
    void tellsTheSignalThatEndedAContainer() {
        ContainerLaunch launch = host.idle(pod);

        pod.signal(launch.containerId(), 9, true);

        ExitRecord exit = host.awaitExit(launch);
        assertThat(exit.exitCode()).isEqualTo(137);
        assertThat(exit.signal()).isEqualTo(9);
    }

    @Test
    void listsContainersByState() {
        ContainerLaunch created = host.shell("true");
        ContainerLaunch running = host.idle(pod);
        CreatedContainer process = pod.create(created);

        assertThat(pod.list())
                .contains(new ShimContainer(
                        created.containerId(),
                        process.pid(),
                        process.startTime(),
                        ShimContainer.State.CREATED,
                        Optional.empty()))
                .anyMatch(
                        c -> c.containerId().equals(running.containerId()) && c.state() == ShimContainer.State.RUNNING);
    }

    @Test
    void refusesWhatAContainersStateDoesNotAllow() {
        ContainerLaunch launch = host.idle(pod);

        assertThatThrownBy(() -> pod.start(launch.containerId())).satisfies(kind(FaultKind.FAILED_PRECONDITION));
        assertThatThrownBy(() -> pod.delete(launch.containerId())).satisfies(kind(FaultKind.FAILED_PRECONDITION));
        assertThatThrownBy(() -> pod.create(launch)).satisfies(kind(FaultKind.ALREADY_EXISTS));
        assertThatThrownBy(() -> pod.start("0".repeat(64))).satisfies(kind(FaultKind.NOT_FOUND));
    }

    @Test
    void leavesNothingOfAContainerThatCannotBeMade() {
        ContainerLaunch launch = host.launch(TypicalContainer.spec("true")
                .mounts(List.of(Mount.bind("/no/such/source", "/data")))
                .build());

        assertThatThrownBy(() -> pod.create(launch))
                .satisfies(kind(FaultKind.FAILED_PRECONDITION))
                .hasMessageContaining("cannot create container " + launch.containerId() + ": OPEN_TREE")
                .hasMessageContaining("/no/such/source");
        assertThat(pod.list()).noneMatch(c -> c.containerId().equals(launch.containerId()));
        assertThat(Files.exists(launch.exitFile())).isFalse();
    }

    @Test
    void opensTheLogAnewWhenItWasRenamed() throws IOException {
        ContainerLaunch launch = host.launch(
                TypicalContainer.spec("sh", "-c", "echo one; while [ ! -e /go ]; do sleep 0.01; done; echo two")
                        .build());
        pod.create(launch);
        pod.start(launch.containerId());
        Path log = launch.logPath().orElseThrow();
        ShimHost.eventually("the first line", () -> host.rawLog(launch).contains("one"));

        Path rotated = Files.move(log, log.resolveSibling("log.1"));
        pod.reopenLog(launch.containerId());
        host.execute(pod, launch, "touch", "/go");
        host.awaitExit(launch);

        assertThat(Files.readString(rotated)).contains("one").doesNotContain("two");
        assertThat(host.log(launch)).isEqualTo("two\n");
    }

    @Test
    void namesTheProgramThatIsMissing() {
        ContainerLaunch launch =
                host.launch(TypicalContainer.spec("no-such-program").build());
        pod.create(launch);

        assertThatThrownBy(() -> pod.start(launch.containerId()))
                .isInstanceOfSatisfying(Fault.class, f -> assertThat(f.kind()).isEqualTo(FaultKind.FAILED_PRECONDITION))
                .hasMessageContaining("cannot start container " + launch.containerId())
                .hasMessageContaining("no-such-program")
                .hasMessageContaining("ENOENT");
        assertThat(host.awaitExit(launch).exitCode()).isEqualTo(128);
    }

    private static Consumer<Throwable> kind(FaultKind expected) {
        return failure -> assertThat(((Fault) failure).kind()).isEqualTo(expected);
    }
}
