package io.windlass.runtime.shim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.runtime.hook.HookRun;
import io.windlass.runtime.oci.Hook;
import io.windlass.runtime.oci.Hooks;
import io.windlass.runtime.program.Encoder;
import io.windlass.runtime.program.LaunchProgramCompiler;
import io.windlass.runtime.program.OverlayLayers;
import io.windlass.runtime.program.TypicalContainer;
import io.windlass.runtime.shim.ShimEvent.ContainerExited;
import io.windlass.runtime.shim.ShimEvent.ShimLost;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class SocketShimTest {
    private static final LaunchProgramCompiler COMPILER =
            new LaunchProgramCompiler(policy -> new byte[8], OverlayLayers.BY_DESCRIPTOR);

    @TempDir
    private Path folder;

    private Path socket;
    private FakeShim fake;
    private PodShim shim;
    private final List<HookRun> hooksRun = new CopyOnWriteArrayList<>();

    @BeforeEach
    void connect() throws IOException {
        socket = folder.resolve("s");
        fake = new FakeShim(socket);
        shim = SocketShim.connect("p1", socket, COMPILER, hooksRun::add);
    }

    @AfterEach
    void close() throws IOException {
        shim.close();
        fake.close();
    }

    @Test
    void answersToTheRightCallersWhateverTheOrder() throws InterruptedException {
        CompletableFuture<List<ShimContainer>> first = CompletableFuture.supplyAsync(shim::list);
        WireFrame listing = fake.awaitRequest(FrameType.LIST);
        fake.onRequest(FrameType.SIGNAL, (request, client) -> {
            client.write(FakeShim.ok(request.id(), new Encoder()));
            client.write(FakeShim.ok(listing.id(), new Encoder().u32(0)));
        });

        shim.signal("c1", 15, false);

        assertThat(first.join()).isEmpty();
    }

    @Test
    void tellsWhatTheShimSaysOfAFailure() {
        fake.onRequest(
                FrameType.START,
                (request, client) ->
                        client.write(FakeShim.error(request.id(), 2, "EXECVE", "operation 9: execve: \"x\"")));

        assertThatThrownBy(() -> shim.start("c1"))
                .satisfies(kind(FaultKind.FAILED_PRECONDITION))
                .hasMessage("cannot start container c1: EXECVE: operation 9: execve: \"x\": "
                        + "ENOENT (no such file or directory)");
    }

    @Test
    void readsTheTimelineOfALaunch() {
        fake.onRequest(
                FrameType.START,
                (request, client) -> client.write(FakeShim.ok(
                        request.id(),
                        new Encoder().u32(2).u32(29).u32(1000).u32(99).u32(2000))));

        assertThat(shim.start("c1"))
                .isEqualTo(new Timeline(List.of(
                        new Timeline.Step("UID", Duration.ofNanos(1000)),
                        new Timeline.Step("UNKNOWN-99", Duration.ofNanos(2000)))));
    }

    @Test
    void refusesAShimOfAnotherProtocol() throws IOException {
        Path other = folder.resolve("other");
        try (FakeShim newer = new FakeShim(other)) {
            newer.onRequest(FrameType.HELLO, (request, client) -> client.write(FakeShim.hello(request.id(), 2, 1)));

            assertThatThrownBy(() -> SocketShim.connect("p2", other, COMPILER, hooksRun::add))
                    .satisfies(kind(FaultKind.FAILED_PRECONDITION))
                    .hasMessageContaining("it speaks version 2 of the protocol, not 1");
        }
    }

    @Test
    void givesEachEventOnceAndGoesOnAfterAReconnection() throws InterruptedException {
        fake.onRequest(FrameType.SUBSCRIBE, (request, client) -> {
            client.write(FakeShim.ok(request.id(), new Encoder().u64(2)));
            for (long sequence = 1; sequence <= 3; sequence++) {
                client.write(FakeShim.exited(sequence, "c" + sequence, 0));
            }
        });
        BlockingQueue<ShimEvent> events = new LinkedBlockingQueue<>();

        shim.onEvent(events::add);
        for (int i = 1; i <= 3; i++) {
            assertThat(((ContainerExited) events.take()).containerId()).isEqualTo("c" + i);
        }
        fake.onRequest(FrameType.SUBSCRIBE, (request, client) -> {
            client.write(FakeShim.ok(request.id(), new Encoder().u64(4)));
            client.write(FakeShim.exited(3, "c3", 0));
            client.write(FakeShim.exited(4, "c4", 0));
        });
        fake.awaitRequest(FrameType.SUBSCRIBE);
        fake.dropClients();

        assertThat(((ContainerExited) events.take()).containerId()).isEqualTo("c4");
        assertThat(fake.awaitRequest(FrameType.SUBSCRIBE).fields().u64()).isEqualTo(3);
    }

    @Test
    void failsWhatIsWaitingWhenTheShimDiesAndSaysSo() throws Exception {
        fake.onRequest(
                FrameType.SUBSCRIBE,
                (request, client) -> client.write(FakeShim.ok(request.id(), new Encoder().u64(0))));
        BlockingQueue<ShimEvent> events = new LinkedBlockingQueue<>();
        shim.onEvent(events::add);
        CompletableFuture<Throwable> failure = CompletableFuture.supplyAsync(() -> {
            try {
                shim.list();
                throw new AssertionError("it answered");
            } catch (Fault e) {
                return e;
            }
        });
        fake.awaitRequest(FrameType.LIST);

        fake.close();

        assertThat(failure.join())
                .satisfies(kind(FaultKind.UNAVAILABLE))
                .hasMessage("cannot list the containers of pod p1: the shim of pod p1 at " + socket
                        + " is gone: it closed the connection");
        assertThat(events.take()).isInstanceOf(ShimLost.class);
        assertThat(shim.alive()).isFalse();
        assertThatThrownBy(shim::list).satisfies(kind(FaultKind.UNAVAILABLE)).hasMessageContaining(socket.toString());
    }

    @Test
    void triesAgainWhenTheCallWasAnsweredByAShimInItsLastMoments() throws Exception {
        fake.onRequest(
                FrameType.SUBSCRIBE,
                (request, client) -> client.write(FakeShim.ok(request.id(), new Encoder().u64(0))));
        BlockingQueue<ShimEvent> events = new LinkedBlockingQueue<>();
        shim.onEvent(events::add);
        AtomicInteger calls = new AtomicInteger();
        fake.onRequest(FrameType.HELLO, (request, client) -> {
            if (calls.incrementAndGet() < 3) {
                client.close();
            } else {
                client.write(FakeShim.hello(request.id(), 1, 4712));
            }
        });

        fake.dropClients();

        while (calls.get() < 3) {
            Thread.sleep(1);
        }
        assertThat(shim.pid()).isEqualTo(4712);
        assertThat(events).isEmpty();
    }

    @Test
    void takesBackAContainerWhoseCreationNobodyWaitsForAnyMore() throws Exception {
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread creator = Thread.ofVirtual().start(() -> {
            try {
                shim.create(launch());
            } catch (Fault e) {
                failure.complete(e);
            }
        });
        CompletableFuture<WireFrame> late = new CompletableFuture<>();
        fake.onRequest(FrameType.LIST, (request, client) -> {
            client.write(
                    FakeShim.ok(late.join().id(), new Encoder().u64(1).u64(2).u32(0)));
            client.write(FakeShim.ok(request.id(), new Encoder().u32(0)));
        });
        fake.onRequest(FrameType.SIGNAL, (request, client) -> client.write(FakeShim.ok(request.id(), new Encoder())));
        fake.onRequest(FrameType.DELETE, (request, client) -> client.write(FakeShim.ok(request.id(), new Encoder())));
        late.complete(fake.awaitRequest(FrameType.CREATE));

        creator.interrupt();
        creator.join();
        assertThat(failure.join()).satisfies(kind(FaultKind.CANCELLED));
        shim.list();

        Fields signal = fake.awaitRequest(FrameType.SIGNAL).fields();
        assertThat(signal.str()).isEqualTo("c1");
        assertThat(signal.u32()).isEqualTo(9);
        assertThat(fake.awaitRequest(FrameType.DELETE).fields().str()).isEqualTo("c1");
    }

    @Test
    void keepsTheConnectionForOthersWhenACallerIsInterrupted() throws InterruptedException {
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                shim.start("c1");
            } catch (Fault e) {
                failure.complete(e);
            }
        });
        fake.awaitRequest(FrameType.START);
        caller.interrupt();
        fake.onRequest(
                FrameType.LIST, (request, client) -> client.write(FakeShim.ok(request.id(), new Encoder().u32(0))));

        assertThat(failure.join()).satisfies(kind(FaultKind.CANCELLED));
        assertThat(shim.alive()).isTrue();
        assertThat(shim.list()).isEmpty();
    }

    @Test
    void readsTheFramesOfAnExecInTheirOrder() {
        fake.onRequest(FrameType.EXEC, (request, client) -> {
            client.write(FakeShim.ok(request.id(), new Encoder().u64(5)));
            client.write(new WireFrame(FrameType.STDOUT, request.id(), "out".getBytes(UTF_8)));
            client.write(new WireFrame(
                    FrameType.EXIT, request.id(), new Encoder().u32(2).u32(0).toByteArray()));
            client.write(new WireFrame(FrameType.END, request.id(), new byte[0]));
        });

        try (ShimStream stream = shim.exec(exec())) {
            assertThat(((ShimStream.Frame.StdOut) stream.read()).data())
                    .isEqualTo(ByteBuffer.wrap("out".getBytes(UTF_8)));
            assertThat(stream.read()).isEqualTo(new ShimStream.Frame.Exited(2, 0));
            assertThat(stream.read()).isEqualTo(new ShimStream.Frame.End());
            assertThat(stream.read()).isEqualTo(new ShimStream.Frame.End());
        }
    }

    @Test
    void saysThatAStreamWasCutOff() {
        fake.onRequest(FrameType.EXEC, (request, client) -> {
            client.write(FakeShim.ok(request.id(), new Encoder().u64(5)));
            client.close();
        });

        try (ShimStream stream = shim.exec(exec())) {
            assertThatThrownBy(stream::read)
                    .satisfies(kind(FaultKind.UNAVAILABLE))
                    .hasMessageStartingWith("cannot exec in container c1: ");
        }
    }

    @Test
    void saysSoWhenAnAnswerMakesNoSense() {
        fake.onRequest(
                FrameType.LIST,
                (request, client) -> client.write(new WireFrame(
                        FrameType.OK, request.id(), new Encoder().u32(1000).toByteArray())));

        assertThatThrownBy(shim::list).hasMessageContaining("a list of 1000 items in 0 bytes");
    }

    @Test
    void runsHooksWhileTheCreationPauses() throws InterruptedException {
        fake.onRequest(
                FrameType.CREATE, (request, client) -> client.write(FakeShim.ok(request.id(), progress(1, 1000))));
        fake.onRequest(
                FrameType.PROCEED, (request, client) -> client.write(FakeShim.ok(request.id(), progress(15, 2000))));

        CreatedContainer created = shim.create(launchWithHook());

        assertThat(hooksRun).singleElement().satisfies(run -> {
            assertThat(run.path()).isEqualTo("/bin/hook");
            assertThat(run.state()).contains("\"pid\":4711", "\"status\":\"creating\"");
        });
        assertThat(created.pid()).isEqualTo(4711);
        assertThat(created.timeline().steps())
                .extracting(Timeline.Step::name)
                .as("of both parts")
                .containsExactly("CLONE", "PIVOT");
    }

    @Test
    void takesTheContainerBackWhenAHookFails() throws InterruptedException {
        fake.onRequest(
                FrameType.CREATE, (request, client) -> client.write(FakeShim.ok(request.id(), progress(1, 1000))));
        shim.close();
        shim = SocketShim.connect("p1", socket, COMPILER, run -> {
            throw Fault.internal("cannot run " + run.path() + ": hook: it ended with exit code 3", null);
        });

        assertThatThrownBy(() -> shim.create(launchWithHook()))
                .hasMessage("cannot create container c1: createRuntime hook: cannot run /bin/hook: hook: "
                        + "it ended with exit code 3");
        assertThat(fake.awaitRequest(FrameType.SIGNAL).fields().str()).isEqualTo("c1");
    }

    private static Encoder progress(int opcode, int nanoseconds) {
        return new Encoder().u64(4711).u64(1).u32(1).u32(opcode).u32(nanoseconds);
    }

    private ContainerLaunch launchWithHook() {
        Hook hook = new Hook("/bin/hook", List.of(), List.of(), null);
        ContainerLaunch plain = launch();
        return new ContainerLaunch(
                plain.containerId(),
                TypicalContainer.spec("sh")
                        .hooks(new Hooks(List.of(), List.of(hook), List.of(), List.of(), List.of(), List.of()))
                        .build(),
                plain.rootfs(),
                plain.logPath(),
                false,
                false,
                plain.pidMode(),
                List.of(),
                Optional.empty(),
                plain.exitFile(),
                Optional.empty(),
                Optional.of(folder));
    }

    private ContainerLaunch launch() {
        return new ContainerLaunch(
                "c1",
                TypicalContainer.spec("sh").build(),
                new RootfsLayers(List.of(folder), Optional.empty(), Optional.empty(), folder, false),
                Optional.empty(),
                false,
                false,
                PidMode.CONTAINER,
                List.of(),
                Optional.empty(),
                folder.resolve("exit"));
    }

    private static ExecLaunch exec() {
        return new ExecLaunch(
                "c1",
                "e1",
                TypicalContainer.process("true").build(),
                TypicalContainer.spec("sh").build(),
                false,
                List.of());
    }

    private static Consumer<Throwable> kind(FaultKind expected) {
        return failure -> assertThat(((Fault) failure).kind()).isEqualTo(expected);
    }
}
