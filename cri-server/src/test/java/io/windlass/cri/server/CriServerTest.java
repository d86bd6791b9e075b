package io.windlass.cri.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.windlass.cri.v1.ContainerEventResponse;
import io.windlass.cri.v1.ExecSyncRequest;
import io.windlass.cri.v1.ExecSyncResponse;
import io.windlass.cri.v1.GetEventsRequest;
import io.windlass.cri.v1.ListContainersRequest;
import io.windlass.cri.v1.RuntimeServiceGrpc;
import io.windlass.cri.v1.VersionRequest;
import io.windlass.cri.v1.VersionResponse;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import jnr.unixsocket.UnixSocketAddress;
import jnr.unixsocket.UnixSocketChannel;
import jnr.unixsocket.UnixSocketOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CriServerTest {
    private final Path folder;
    private final EventLoopGroup clientGroup = new EpollEventLoopGroup(1);
    private final RpcTable table = new RpcTable(RuntimeServiceGrpc.getServiceDescriptor());
    private Path socket;
    private final ManagedChannel channel;

    CriServerTest(@TempDir Path folder) {
        this.folder = folder;
        socket = folder.resolve("run/windlass.sock");
        channel = NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toString()))
                .channelType(EpollDomainSocketChannel.class)
                .eventLoopGroup(clientGroup)
                .overrideAuthority("localhost")
                .usePlaintext()
                .build();
    }

    @BeforeEach
    void answerVersion() {
        table.unary(
                RuntimeServiceGrpc.getVersionMethod(),
                _ -> VersionResponse.newBuilder()
                        .setRuntimeName(Peer.OF_CALL.get().toString())
                        .build());
    }

    @AfterEach
    void closeClient() {
        channel.shutdownNow();
        clientGroup.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void aCallIsAnsweredAndKnowsItsPeer() {
        try (CriServer _ = started(Set.of(ownUid()))) {
            VersionResponse answer = RuntimeServiceGrpc.newBlockingStub(channel).version(version());

            assertThat(answer.getRuntimeName())
                    .isEqualTo("uid " + ownUid() + ", pid "
                            + ProcessHandle.current().pid());
        }
    }

    @Test
    void theSocketIsForRootOnlyAndGoneAfterwards() throws IOException {
        try (CriServer _ = started(Set.of(ownUid()))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-rw----");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.resolveSibling("."))))
                    .isEqualTo("rwx------");
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void aPeerWhoseUserIsNotAllowedIsRefused() {
        try (CriServer _ = started(Set.of(ownUid() + 1))) {
            assertThatThrownBy(() -> RuntimeServiceGrpc.newBlockingStub(channel).version(version()))
                    .isInstanceOf(StatusRuntimeException.class)
                    .hasMessage("PERMISSION_DENIED: windlass does not answer uid " + ownUid() + ", pid "
                            + ProcessHandle.current().pid() + ": its user is not in [server] allowed_uids");
        }
    }

    @Test
    void anIndependentClientCanConnectAndSeesTheServersCredentials() throws IOException {
        try (CriServer _ = started(Set.of(ownUid()));
                UnixSocketChannel other = UnixSocketChannel.open(new UnixSocketAddress(socket.toFile()))) {
            assertThat(other.getOption(UnixSocketOptions.SO_PEERCRED).getPid())
                    .isEqualTo((int) ProcessHandle.current().pid());
        }
    }

    @Test
    void anRpcThatIsNotBuiltIsRefusedByName() {
        try (CriServer _ = started(Set.of(ownUid()))) {
            assertThatThrownBy(() -> RuntimeServiceGrpc.newBlockingStub(channel)
                            .listContainers(ListContainersRequest.getDefaultInstance()))
                    .hasMessage("UNIMPLEMENTED: windlass does not support RPC ListContainers yet");
        }
    }

    @ParameterizedTest
    @EnumSource(value = FaultKind.class, names = "UNTRUSTED", mode = EnumSource.Mode.EXCLUDE)
    void aFaultIsAnsweredAsTheStatusOfItsName(FaultKind kind) {
        execSync(_ -> {
            throw new Fault(kind, "cannot exec: told so");
        });
        try (CriServer _ = started(Set.of(ownUid()))) {
            assertThatThrownBy(this::callExecSync).hasMessage(kind + ": cannot exec: told so");
        }
    }

    @Test
    void anImageThatIsNotTrustedIsAnsweredAsKubeletKnowsIt() {
        execSync(_ -> {
            throw new Fault(FaultKind.UNTRUSTED, "cannot pull: told so");
        });
        try (CriServer _ = started(Set.of(ownUid()))) {
            assertThatThrownBy(this::callExecSync)
                    .hasMessage("UNKNOWN: SignatureValidationFailed: cannot pull: told so");
        }
    }

    @Test
    void anExceptionNobodyForesawIsInternalWithItsMessage() {
        execSync(_ -> {
            throw new IllegalStateException("boom");
        });
        try (CriServer _ = started(Set.of(ownUid()))) {
            assertThatThrownBy(this::callExecSync).hasMessage("INTERNAL: IllegalStateException: boom");
        }
    }

    @Test
    void theHandlerIsInterruptedWhenTheDeadlinePasses() throws InterruptedException {
        CountDownLatch interrupted = new CountDownLatch(1);
        execSync(_ -> sleepUntilInterrupted(interrupted));
        try (CriServer _ = started(Set.of(ownUid()))) {
            assertThatThrownBy(() -> RuntimeServiceGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(200, TimeUnit.MILLISECONDS)
                            .execSync(ExecSyncRequest.getDefaultInstance()))
                    .satisfies(e ->
                            assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
            assertThat(interrupted.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void theHandlerIsInterruptedWhenTheClientGoesAway() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        execSync(_ -> {
            running.countDown();
            return sleepUntilInterrupted(interrupted);
        });
        try (CriServer _ = started(Set.of(ownUid()))) {
            var answer = RuntimeServiceGrpc.newFutureStub(channel).execSync(ExecSyncRequest.getDefaultInstance());
            assertThat(running.await(5, TimeUnit.SECONDS)).isTrue();
            answer.cancel(true);
            assertThat(interrupted.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void openStreamsDoNotHoldUpTheEnd() {
        table.stream(RuntimeServiceGrpc.getGetContainerEventsMethod(), (_, sink) -> {
            sink.accept(ContainerEventResponse.getDefaultInstance());
            try {
                new SynchronousQueue<Object>().take();
            } catch (InterruptedException e) {
                throw new Fault(FaultKind.UNAVAILABLE, "ended", e);
            }
        });
        CriServer server = started(Set.of(ownUid()));
        Iterator<ContainerEventResponse> stream =
                RuntimeServiceGrpc.newBlockingStub(channel).getContainerEvents(GetEventsRequest.getDefaultInstance());
        stream.next();

        long begin = System.nanoTime();
        server.stop(Duration.ofSeconds(20));

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
        assertThatThrownBy(stream::next).hasMessage("UNAVAILABLE: ended");
    }

    @Test
    void aStreamWaitsForAClientThatDoesNotReadAndGoesOnWhenItDoes() throws InterruptedException {
        int messages = 200;
        Semaphore sent = new Semaphore(0);
        ContainerEventResponse large = ContainerEventResponse.newBuilder()
                .setContainerId("x".repeat(64 << 10))
                .build();
        table.stream(RuntimeServiceGrpc.getGetContainerEventsMethod(), (_, sink) -> {
            for (int message = 0; message < messages; message++) {
                sink.accept(large);
                sent.release();
            }
        });
        try (CriServer _ = started(Set.of(ownUid()))) {
            Iterator<ContainerEventResponse> client = RuntimeServiceGrpc.newBlockingStub(channel)
                    .getContainerEvents(GetEventsRequest.getDefaultInstance());
            // More than the window of the connection, and far from all.
            assertThat(sent.tryAcquire(1, 5, TimeUnit.SECONDS)).isTrue();
            assertThat(sent.tryAcquire(messages / 2, 1, TimeUnit.SECONDS)).isFalse();
            int received = 0;
            while (client.hasNext()) {
                client.next();
                received++;
            }
            assertThat(received).isEqualTo(messages);
        }
    }

    @Test
    void aSocketLeftByADeadDaemonIsReplaced() throws IOException {
        Files.createDirectories(folder.resolve("run"));
        ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        dead.bind(UnixDomainSocketAddress.of(socket));
        dead.close();
        assertThat(socket).exists();

        try (CriServer _ = started(Set.of(ownUid()))) {
            RuntimeServiceGrpc.newBlockingStub(channel).version(version());
        }
    }

    @Test
    void aSocketInUseIsLeftAloneAndItsOwnerNamed() throws IOException {
        Files.createDirectories(folder.resolve("run"));
        try (ServerSocketChannel live = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            live.bind(UnixDomainSocketAddress.of(socket));
            assertThatThrownBy(() -> started(Set.of(ownUid())))
                    .isInstanceOf(Fault.class)
                    .hasMessage("cannot listen on " + socket + ": socket in use by pid "
                            + ProcessHandle.current().pid());
        }
    }

    @Test
    void aFileInTheSocketsPlaceIsLeftAlone() throws IOException {
        Files.createDirectories(folder.resolve("run"));
        Files.writeString(socket, "precious");

        assertThatThrownBy(() -> started(Set.of(ownUid())))
                .hasMessage("cannot listen on " + socket + ": it exists and is no socket");
        assertThat(socket).hasContent("precious");
    }

    @Test
    void aPathThatNoSocketCanHaveIsRefused() {
        socket = folder.resolve("x".repeat(120));
        assertThatThrownBy(() -> started(Set.of(ownUid()))).hasMessageEndingWith("at most 107 bytes");
    }

    private CriServer started(Set<Long> allowed) {
        CriServer server = new CriServer(socket, CriServer.Access.OWNER_AND_GROUP, allowed, List.of(table.define()));
        try {
            server.start();
            return server;
        } catch (Fault e) {
            server.close();
            throw e;
        }
    }

    private void execSync(Function<ExecSyncRequest, ExecSyncResponse> answer) {
        table.unary(RuntimeServiceGrpc.getExecSyncMethod(), answer);
    }

    private void callExecSync() {
        RuntimeServiceGrpc.newBlockingStub(channel).execSync(ExecSyncRequest.getDefaultInstance());
    }

    private static ExecSyncResponse sleepUntilInterrupted(CountDownLatch interrupted) {
        try {
            Thread.sleep(Duration.ofMinutes(1));
            return ExecSyncResponse.getDefaultInstance();
        } catch (InterruptedException e) {
            interrupted.countDown();
            throw new Fault(FaultKind.CANCELLED, "interrupted", e);
        }
    }

    private static VersionRequest version() {
        return VersionRequest.getDefaultInstance();
    }

    private static long ownUid() {
        try {
            return ((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
