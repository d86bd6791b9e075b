package io.windlass.runtime.shim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.runtime.program.TypicalContainer;
import io.windlass.runtime.shim.ShimStream.Frame;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
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
    void execsInARunningContainer() {
        ContainerLaunch launch = running("sleep 1000");
        try (ShimStream stream = pod.exec(host.exec(launch, "sh", "-c", "echo hello; exit 3"))) {
            Frame first = stream.read();
            assertThat(UTF_8.decode(((Frame.StdOut) first).data()).toString()).isEqualTo("hello\n");
            assertThat(stream.read()).isEqualTo(new Frame.Exited(3, 0));
            assertThat(stream.read()).isEqualTo(new Frame.End());
        }
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

    private static ContainerLaunch running(String script) {
        ContainerLaunch launch = host.shell(script);
        pod.create(launch);
        pod.start(launch.containerId());
        return launch;
    }
}
