package io.windlass.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.container.ContainerStream;
import io.windlass.pod.container.ExecSyncResult;
import io.windlass.pod.fake.Outputs;
import io.windlass.pod.fake.PodWorld;
import io.windlass.pod.fake.ScriptedStream;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.runtime.shim.ShimStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands in containers. */
class ExecTest {
    private final PodWorld world;
    private final PodSandboxId sandbox;
    private final ContainerId container;

    ExecTest(@TempDir Path folder) {
        world = new PodWorld(folder);
        sandbox = world.runSandbox("web");
        container = world.startContainer(sandbox, "main");
    }

    @AfterEach
    void close() {
        world.close();
    }

    private ExecSyncResult exec(ScriptedStream stream, Duration timeout) {
        world.shims().of(sandbox).execs(() -> stream);
        return world.pods().execSync().run(container.value(), List.of("echo", "hi"), timeout);
    }

    @Test
    void outputAndExitCodeAreCollected() {
        ExecSyncResult result = exec(
                new ScriptedStream(
                        ScriptedStream.stdout("out"),
                        ScriptedStream.stderr("err"),
                        new ShimStream.Frame.Exited(3, 0),
                        ScriptedStream.stdout("late"),
                        new ShimStream.Frame.End()),
                Duration.ZERO);
        assertThat(Outputs.text(result.stdout())).isEqualTo("outlate");
        assertThat(Outputs.text(result.stderr())).isEqualTo("err");
        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(world.shims().of(sandbox).calls()).contains("exec echo hi");
    }

    @Test
    void aChildThatKeepsTheOutputOpenDoesNotHoldTheAnswerUp() {
        ExecSyncResult result = exec(
                new ScriptedStream(ScriptedStream.stdout("out"), new ShimStream.Frame.Exited(0, 0)), Duration.ZERO);
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void aCommandThatTakesTooLongIsKilledWithAllItStarted() {
        ScriptedStream stream = new ScriptedStream(ScriptedStream.stdout("out"));
        assertThatThrownBy(() -> exec(stream, Duration.ofMillis(30)))
                .isInstanceOfSatisfying(Fault.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.DEADLINE_EXCEEDED));
        assertThat(stream.killed()).isTrue();
    }

    @Test
    void moreThan16MebibytesAreDropped() {
        String mebibyte = "x".repeat(1 << 20);
        ShimStream.Frame[] frames = new ShimStream.Frame[19];
        for (int i = 0; i < 17; i++) {
            frames[i] = ScriptedStream.stdout(mebibyte);
        }
        frames[17] = new ShimStream.Frame.Exited(0, 0);
        frames[18] = new ShimStream.Frame.End();
        assertThat(Outputs.text(exec(new ScriptedStream(frames), Duration.ZERO).stdout()))
                .hasSize(16 << 20);
    }

    @Test
    void pieces_of_output_come_whole_and_in_order() {
        String odd = "0123456789".repeat(7_001);
        ExecSyncResult result = exec(
                new ScriptedStream(
                        ScriptedStream.stdout(odd),
                        ScriptedStream.stdout(odd),
                        new ShimStream.Frame.Exited(0, 0),
                        new ShimStream.Frame.End()),
                Duration.ZERO);
        assertThat(Outputs.text(result.stdout())).isEqualTo(odd + odd);
    }

    @Test
    void whatACommandMayKeepIsGivenBackAfterIt() {
        String mebibyte = "x".repeat(1 << 20);
        ShimStream.Frame[] frames = new ShimStream.Frame[36];
        frames[34] = new ShimStream.Frame.Exited(0, 0);
        frames[35] = new ShimStream.Frame.End();
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 34; j += 2) {
                frames[j] = ScriptedStream.stdout(mebibyte);
                frames[j + 1] = ScriptedStream.stderr(mebibyte);
            }
            ExecSyncResult result = exec(new ScriptedStream(frames), Duration.ZERO);
            assertThat(result.stderr().stream().mapToLong(ByteBuffer::remaining).sum())
                    .isEqualTo(16 << 20);
        }
    }

    @Test
    void onlyRunningContainersTakeCommandsAndAttachments() {
        world.pods().stopContainer().stop(container.value(), Duration.ZERO);
        assertThatThrownBy(() -> exec(new ScriptedStream(), Duration.ZERO))
                .hasMessage("cannot exec in container " + container + ": it is exited, not running");
        assertThatThrownBy(() -> world.pods().openExec().check(container.value()))
                .hasMessageContaining("cannot exec in");
        assertThatThrownBy(() -> world.pods().openAttach().check(container.value()))
                .hasMessageContaining("cannot attach to");
        assertThatThrownBy(() -> world.pods().reopenContainerLog().reopen(container.value()))
                .hasMessageContaining("cannot reopen the log of");
    }

    @Test
    void aStreamPassesOnWhatWasAskedFor() {
        world.shims()
                .of(sandbox)
                .execs(() -> new ScriptedStream(
                        ScriptedStream.stderr("dropped"),
                        ScriptedStream.stdout("kept"),
                        new ShimStream.Frame.Exited(0, 0),
                        new ShimStream.Frame.End()));
        try (ContainerStream stream =
                world.pods().openExec().open(container.value(), List.of("cat"), false, true, true, false)) {
            assertThat(stream.read()).isInstanceOf(ContainerStream.Output.StdOut.class);
            assertThat(stream.read()).isEqualTo(new ContainerStream.Output.Exited(0));
            assertThat(stream.read()).isEqualTo(new ContainerStream.Output.End());
        }
    }

    @Test
    void stdinOfAContainerWithoutOneCannotBeAttachedTo() {
        assertThatThrownBy(() -> world.pods().openAttach().open(container.value(), true, true, true))
                .hasMessageContaining("it was created without");
    }
}
