package io.windlass.cli;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.windlass.cri.v1.ImageServiceGrpc;
import io.windlass.cri.v1.ImageServiceGrpc.ImageServiceBlockingStub;
import io.windlass.cri.v1.RuntimeServiceGrpc;
import io.windlass.cri.v1.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import io.windlass.node.v1.NodeServiceGrpc;
import io.windlass.node.v1.NodeServiceGrpc.NodeServiceBlockingStub;
import io.windlass.node.v1.NodeServiceGrpc.NodeServiceBlockingV2Stub;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A connection to one of the daemon's sockets, the CRI's or the operator's. Thread-safe. */
final class Daemon implements AutoCloseable {
    private static final int LARGEST_ANSWER = 16 << 20;

    private final EpollEventLoopGroup loop = new EpollEventLoopGroup(1);
    private final ManagedChannel channel;

    Daemon(Path socket) {
        channel = NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                .channelType(EpollDomainSocketChannel.class, DomainSocketAddress.class)
                .eventLoopGroup(loop)
                .overrideAuthority("localhost")
                .maxInboundMessageSize(LARGEST_ANSWER)
                .usePlaintext()
                .build();
    }

    /** Calls that answer within {@code seconds}, or fail with DEADLINE_EXCEEDED. */
    RuntimeServiceBlockingStub runtime(long seconds) {
        return RuntimeServiceGrpc.newBlockingStub(channel).withDeadlineAfter(seconds, TimeUnit.SECONDS);
    }

    ImageServiceBlockingStub images(long seconds) {
        return ImageServiceGrpc.newBlockingStub(channel).withDeadlineAfter(seconds, TimeUnit.SECONDS);
    }

    NodeServiceBlockingStub node(long seconds) {
        return NodeServiceGrpc.newBlockingStub(channel).withDeadlineAfter(seconds, TimeUnit.SECONDS);
    }

    /** For calls that send streams. */
    NodeServiceBlockingV2Stub nodeStreams(long seconds) {
        return NodeServiceGrpc.newBlockingV2Stub(channel).withDeadlineAfter(seconds, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
