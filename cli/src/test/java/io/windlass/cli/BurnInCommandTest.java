package io.windlass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.windlass.cri.v1.CreateContainerRequest;
import io.windlass.cri.v1.CreateContainerResponse;
import io.windlass.cri.v1.ExecSyncRequest;
import io.windlass.cri.v1.ExecSyncResponse;
import io.windlass.cri.v1.RemovePodSandboxRequest;
import io.windlass.cri.v1.RemovePodSandboxResponse;
import io.windlass.cri.v1.RunPodSandboxRequest;
import io.windlass.cri.v1.RunPodSandboxResponse;
import io.windlass.cri.v1.RuntimeServiceGrpc;
import io.windlass.cri.v1.StartContainerRequest;
import io.windlass.cri.v1.StartContainerResponse;
import io.windlass.cri.v1.StopPodSandboxRequest;
import io.windlass.cri.v1.StopPodSandboxResponse;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BurnInCommandTest {
    private final FakeRuntime runtime = new FakeRuntime();
    private final StringWriter out = new StringWriter();
    private final EpollEventLoopGroup loop = new EpollEventLoopGroup(1);
    private Server server;

    @TempDir
    private Path folder;

    @BeforeEach
    void listens() throws Exception {
        server = NettyServerBuilder.forAddress(new DomainSocketAddress(socket()))
                .channelType(EpollServerDomainSocketChannel.class)
                .bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .addService(runtime)
                .build()
                .start();
    }

    @AfterEach
    void ends() throws Exception {
        server.shutdownNow().awaitTermination();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }

    private String socket() {
        return folder.resolve("socket").toString();
    }

    private int burnIn(String... more) {
        String[] arguments = new String[more.length + 4];
        System.arraycopy(new String[] {"--socket", socket(), "burn-in", "busybox"}, 0, arguments, 0, 4);
        System.arraycopy(more, 0, arguments, 4, more.length);
        return Windlass.commandLine().setOut(new PrintWriter(out)).execute(arguments);
    }

    @Test
    void runs_the_pods_and_removes_them() {
        assertThat(burnIn("--pods", "7", "--parallel", "2")).isZero();
        assertThat(out.toString()).contains("7 pods: 0 operations failed").doesNotContain("failed 1 x");
        assertThat(runtime.run).hasValue(7);
        assertThat(runtime.pods).isEmpty();
    }

    @Test
    void a_pod_whose_container_is_refused_is_counted_and_removed_and_the_others_run_on() {
        runtime.refusedCreation = 3;
        assertThat(burnIn("--pods", "7", "--parallel", "2")).isEqualTo(1);
        assertThat(out.toString())
                .contains("failed 1 x create container: a plugin says no")
                .contains("7 pods: 1 operations failed");
        assertThat(runtime.run).hasValue(7);
        assertThat(runtime.pods).isEmpty();
    }

    @Test
    void a_command_that_fails_is_counted_and_its_pod_removed() {
        runtime.exitCode = 5;
        assertThat(burnIn("--pods", "2")).isEqualTo(1);
        assertThat(out.toString()).contains("exited with 5").contains("2 pods: 2 operations failed");
        assertThat(runtime.pods).isEmpty();
    }

    @Test
    void failures_of_the_warm_up_count_too() {
        runtime.refusedCreation = 1;
        assertThat(burnIn("--pods", "2", "--warm-up", "1")).isEqualTo(1);
        assertThat(out.toString()).contains("a plugin says no").contains("3 pods: 1 operations failed");
    }

    /** Knows which pods there are. */
    private static final class FakeRuntime extends RuntimeServiceGrpc.RuntimeServiceImplBase {
        private final Set<String> pods = ConcurrentHashMap.newKeySet();
        private final AtomicInteger run = new AtomicInteger();
        private final AtomicInteger creations = new AtomicInteger();
        private volatile int refusedCreation;
        private volatile int exitCode;

        private static <T> void answer(StreamObserver<T> observer, T answer) {
            observer.onNext(answer);
            observer.onCompleted();
        }

        @Override
        public void runPodSandbox(RunPodSandboxRequest request, StreamObserver<RunPodSandboxResponse> observer) {
            String pod = "pod-" + run.incrementAndGet();
            pods.add(pod);
            answer(
                    observer,
                    RunPodSandboxResponse.newBuilder().setPodSandboxId(pod).build());
        }

        @Override
        public void createContainer(CreateContainerRequest request, StreamObserver<CreateContainerResponse> observer) {
            if (creations.incrementAndGet() == refusedCreation) {
                observer.onError(Status.FAILED_PRECONDITION
                        .withDescription("a plugin says no")
                        .asRuntimeException());
                return;
            }
            answer(
                    observer,
                    CreateContainerResponse.newBuilder()
                            .setContainerId("main of " + request.getPodSandboxId())
                            .build());
        }

        @Override
        public void startContainer(StartContainerRequest request, StreamObserver<StartContainerResponse> observer) {
            answer(observer, StartContainerResponse.getDefaultInstance());
        }

        @Override
        public void execSync(ExecSyncRequest request, StreamObserver<ExecSyncResponse> observer) {
            answer(observer, ExecSyncResponse.newBuilder().setExitCode(exitCode).build());
        }

        @Override
        public void stopPodSandbox(StopPodSandboxRequest request, StreamObserver<StopPodSandboxResponse> observer) {
            answer(observer, StopPodSandboxResponse.getDefaultInstance());
        }

        @Override
        public void removePodSandbox(
                RemovePodSandboxRequest request, StreamObserver<RemovePodSandboxResponse> observer) {
            pods.remove(request.getPodSandboxId());
            answer(observer, RemovePodSandboxResponse.getDefaultInstance());
        }
    }
}
