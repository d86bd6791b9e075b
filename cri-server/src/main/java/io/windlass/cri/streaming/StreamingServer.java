package io.windlass.cri.streaming;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.windlass.cri.config.StreamingSettings;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Serves exec, attach and port-forward. {@link #issue} gives a URL that is good once and for a minute; it holds the right to
 * the stream, so the server itself asks for nothing more. Thread-safe.
 */
public final class StreamingServer implements AutoCloseable {
    private static final int LARGEST_REQUEST = 64 << 10;

    private final StreamingSettings settings;
    private final Optional<ServerCertificate> certificate;
    private final StreamTokens tokens;
    private final StreamBackend backend;
    private final ThreadFactory sessions = Thread.ofVirtual().name("stream-", 0).factory();
    private final EventLoopGroup loop;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel listener;

    private StreamingServer(StreamingSettings settings, StreamBackend backend) {
        this.settings = settings;
        this.certificate = settings.tls().map(ServerCertificate::new);
        this.backend = backend;
        this.tokens = new StreamTokens(InstantSource.system());
        this.loop = new EpollEventLoopGroup(
                1, Thread.ofPlatform().daemon().name("streaming-io").factory());
        this.listener = listen();
    }

    /** Listens at the address of {@code settings} (port 0: a free one). */
    public static StreamingServer start(StreamingSettings settings, StreamBackend backend) {
        return new StreamingServer(settings, backend);
    }

    private Channel listen() {
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new Initializer())
                .bind(settings.address())
                .awaitUninterruptibly();
        if (bound.isSuccess()) {
            return bound.channel();
        }
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        throw new Fault(
                FaultKind.FAILED_PRECONDITION,
                "cannot listen for streams at " + settings.address() + ": "
                        + bound.cause().getMessage() + "; set [streaming] address to a free one",
                bound.cause());
    }

    /** A URL at which {@code request} waits for its client. */
    public URI issue(StreamRequest request) {
        InetSocketAddress address = address();
        String host = address.getAddress().getHostAddress();
        return URI.create("%s://%s:%d/%s/%s"
                .formatted(
                        certificate.isPresent() ? "https" : "http",
                        host.contains(":") ? "[" + host + "]" : host,
                        address.getPort(),
                        request.verb(),
                        tokens.issue(request)));
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** Takes no new clients and ends the sessions; the processes and pods they were connected with live on. */
    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        connections.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private final class Initializer extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            connections.add(channel);
            channel.pipeline()
                    .addLast(
                            new IdleStateHandler(0, 0, settings.idleTimeout().toMillis(), TimeUnit.MILLISECONDS),
                            new CloseWhenIdle());
            certificate.ifPresent(
                    own -> channel.pipeline().addLast(own.current().newHandler(channel.alloc())));
            channel.pipeline()
                    .addLast(
                            new HttpServerCodec(),
                            new HttpObjectAggregator(LARGEST_REQUEST),
                            new StreamUpgrade(tokens, backend, sessions));
        }
    }

    private static final class CloseWhenIdle extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
            if (event instanceof IdleStateEvent) {
                context.close();
            } else {
                super.userEventTriggered(context, event);
            }
        }
    }
}
