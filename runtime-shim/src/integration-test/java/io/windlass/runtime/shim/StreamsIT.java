package io.windlass.runtime.shim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.runtime.oci.ConsoleSize;
import io.windlass.runtime.oci.Process;
import io.windlass.runtime.oci.Spec;
import io.windlass.runtime.program.TypicalContainer;
import io.windlass.runtime.shim.ShimStream.Frame;
import io.windlass.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@RequiresRoot
class StreamsIT {
    private static final int LARGE = 3_000_000;

    private static ShimHost host;
    private static PodShim pod;
    private static ContainerLaunch container;

    @BeforeAll
    static void start() {
        host = new ShimHost();
        pod = host.pod();
        container = host.idle(pod);
    }

    @AfterAll
    static void end() throws IOException {
        host.close();
    }

    @Test
    void separatesOutputErrorsAndExitCode() {
        ShimHost.Output output = host.execute(pod, container, "sh", "-c", "echo out; echo err >&2; exit 3");

        assertThat(output).isEqualTo(new ShimHost.Output("out\n", "err\n", Optional.of(new Frame.Exited(3, 0))));
    }

    @Test
    void tellsTheSignalThatEndedACommand() {
        assertThat(host.execute(pod, container, "sh", "-c", "kill -15 $$").exited())
                .contains(new Frame.Exited(143, 15));
    }

    @Test
    void namesACommandThatIsMissing() {
        assertThatThrownBy(() -> host.execute(pod, container, "no-such-command"))
                .isInstanceOfSatisfying(Fault.class, f -> assertThat(f.kind()).isEqualTo(FaultKind.FAILED_PRECONDITION))
                .hasMessageStartingWith("cannot exec in container " + container.containerId() + ": EXECVE: ")
                .hasMessageContaining("no-such-command");
    }

    @Test
    void carriesLargeInputAndOutputBothWaysAtATime() {
        byte[] sent = new byte[LARGE];
        for (int i = 0; i < sent.length; i++) {
            sent[i] = (byte) ('a' + i % 26);
        }
        try (ShimStream stream =
                pod.exec(host.exec(container, TypicalContainer.process("cat").build(), true))) {
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                stream.stdin(ByteBuffer.wrap(sent));
                stream.closeStdin();
            });
            ShimHost.Output output = ShimHost.collect(stream);

            assertThat(output.stdout()).isEqualTo(new String(sent, UTF_8));
            assertThat(output.exitCode()).isZero();
            writing.join();
        }
    }

    @Test
    void givesATerminalOfTheAskedSizeAndResizesIt() {
        Process process = TypicalContainer.process("sh", "-c", "stty size; read line; stty size; test -t 1 && exit 5")
                .terminal(true)
                .consoleSize(new ConsoleSize(30, 100))
                .build();
        try (ShimStream stream = pod.exec(host.exec(container, process, true))) {
            StringBuilder seen = new StringBuilder();
            while (!seen.toString().contains("\n")) {
                seen.append(UTF_8.decode(((Frame.StdOut) stream.read()).data()));
            }
            stream.resize(90, 20);
            stream.stdin(UTF_8.encode("go\n"));
            ShimHost.Output rest = ShimHost.collect(stream);

            assertThat(seen.toString()).startsWith("30 100");
            assertThat(rest.stdout()).contains("20 90");
            assertThat(rest.exitCode()).isEqualTo(5);
        }
    }

    @Test
    void waitsForALimitedTimeOnly() {
        try (ShimStream stream = pod.exec(host.exec(container, "sleep", "1000"))) {
            assertThat(stream.read(Duration.ofMillis(50))).isEmpty();
            stream.killTree();
            assertThat(ShimHost.collect(stream).exited()).contains(new Frame.Exited(137, 9));
        }
    }

    @Test
    void killsWhatHasLeftTheSessionToo() {
        try (ShimStream stream = pod.exec(
                host.exec(container, "sh", "-c", "(setsid sleep 1234 &) ; setsid sh -c 'sleep 1234 & wait'"))) {
            ShimHost.eventually("two sleepers", () -> sleepers() == 2);
            stream.killTree();
            ShimHost.eventually("their end", () -> sleepers() == 0);
        }
    }

    private static long sleepers() {
        return host.execute(pod, container, "ps")
                .stdout()
                .lines()
                .filter(line -> line.endsWith("sleep 1234"))
                .count();
    }

    @Test
    void givesUpWaitingWhenInterrupted() throws InterruptedException {
        CompletableFuture<FaultKind> failure = new CompletableFuture<>();
        try (ShimStream stream = pod.exec(host.exec(container, "sleep", "1000"))) {
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    stream.read();
                } catch (Fault e) {
                    failure.complete(e.kind());
                }
            });
            reader.interrupt();
            reader.join();
            assertThat(failure).isCompletedWithValue(FaultKind.CANCELLED);
            stream.killTree();
        }
    }

    @Test
    void attachesToAContainersStreams() {
        Spec spec = TypicalContainer.spec("sh", "-c", "read line; echo got $line; exit 4")
                .build();
        ContainerLaunch launch = host.launch(spec, PidMode.CONTAINER, true);
        pod.create(launch);
        try (ShimStream stream = pod.attach(launch.containerId(), EnumSet.allOf(StreamKind.class))) {
            pod.start(launch.containerId());
            stream.stdin(UTF_8.encode("word\n"));
            ShimHost.Output output = ShimHost.collect(stream);

            assertThat(output.stdout()).isEqualTo("got word\n");
            assertThat(output.exitCode()).isEqualTo(4);
        }
        assertThat(host.log(launch)).isEqualTo("got word\n");
    }

    @Test
    void closesAContainersInputWhenAsked() {
        ContainerLaunch launch =
                host.launch(TypicalContainer.spec("sh", "-c", "cat; echo end").build(), PidMode.CONTAINER, true);
        pod.create(launch);
        pod.start(launch.containerId());

        pod.closeStdin(launch.containerId());

        host.awaitExit(launch);
        assertThat(host.log(launch)).isEqualTo("end\n");
    }

    @Test
    void givesAContainerATerminalThatIsItsConsole() {
        Spec spec = TypicalContainer.spec()
                .process(TypicalContainer.process("sh", "-c", "stty size; test -t 0 && echo typed > /dev/console; tty")
                        .terminal(true)
                        .consoleSize(new ConsoleSize(24, 80))
                        .build())
                .build();
        ContainerLaunch launch = host.launch(spec, PidMode.CONTAINER, true);

        assertThat(host.run(pod, launch)).contains("24 80").contains("typed");
    }
}
