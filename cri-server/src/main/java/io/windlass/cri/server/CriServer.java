package io.windlass.cri.server;

import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.windlass.fault.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC server on a Unix socket: the CRI's, or the operator's. Each call runs on a virtual thread of its own.
 *
 * <p>Thread-safe; started once and closed once.
 */
public final class CriServer implements AutoCloseable {
    private static final int LONGEST_MESSAGE = 16 << 20;

    private final Path path;
    private final Access access;
    private final CallGuard guard;
    private final List<ServerServiceDefinition> services;
    private final EventLoopGroup acceptor = group("cri-accept");
    private final EventLoopGroup connections = group("cri-io");
    private @Nullable Server server;

    /** Who may connect to the socket's file. */
    public enum Access {
        OWNER_AND_GROUP("rw-rw----"),
        OWNER("rw-------");

        private final String mode;

        Access(String mode) {
            this.mode = mode;
        }
    }

    /**
     * @param allowedUids whose calls are answered
     * @param services what is served; see {@link RpcTable}
     */
    public CriServer(Path path, Access access, Set<Long> allowedUids, List<ServerServiceDefinition> services) {
        this.path = path;
        this.access = access;
        this.guard = new CallGuard(allowedUids);
        this.services = List.copyOf(services);
    }

    private static EventLoopGroup group(String name) {
        return new EpollEventLoopGroup(1, new DefaultThreadFactory(name, true));
    }

    /** Binds the socket: from here on calls are answered. */
    public synchronized void start() {
        CriSocket socket = new CriSocket(path);
        socket.prepare(connections);
        NettyServerBuilder builder = NettyServerBuilder.forAddress(
                        new DomainSocketAddress(path.toString()),
                        InternalNettyServerCredentials.create(new PeerNegotiator()))
                .channelType(EpollServerDomainSocketChannel.class)
                .bossEventLoopGroup(acceptor)
                .workerEventLoopGroup(connections)
                .maxInboundMessageSize(LONGEST_MESSAGE)
                .executor(Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("rpc-", 0).factory()))
                .intercept(guard);
        services.forEach(builder::addService);
        try {
            server = builder.build().start();
        } catch (IOException e) {
            throw Fault.internal("cannot listen on " + path + ": " + e.getMessage(), e);
        }
        socket.restrict(access.mode);
    }

    /** Refuses new calls, ends streams, and gives running calls {@code grace} to finish before they are cancelled. */
    public synchronized void stop(Duration grace) {
        Server running = server;
        if (running != null) {
            server = null;
            running.shutdown();
            guard.endStreams();
            if (!terminated(running, grace)) {
                running.shutdownNow();
                terminated(running, Duration.ofSeconds(1));
            }
        }
        acceptor.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        connections.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private static boolean terminated(Server running, Duration within) {
        try {
            return running.awaitTermination(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        stop(Duration.ofSeconds(5));
    }
}
