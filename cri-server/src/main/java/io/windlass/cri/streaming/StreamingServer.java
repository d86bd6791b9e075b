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
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Serves exec, attach and port-forward. {@link #issue} gives a URL that is good once and for a minute; it holds the right to
 * the stream, so the server itself asks for nothing more. Thread-safe.
 */
public final class StreamingServer implements AutoCloseable {
    private static final int LARGEST_REQUEST = 64 << 10;

    private final InetSocketAddress wanted;
    private final Duration idleTimeout;
    private final StreamTokens tokens;
    private final StreamBackend backend;
    private final ThreadFactory sessions = Thread.ofVirtual().name("stream-", 0).factory();
    private final EventLoopGroup loop;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel listener;

    private StreamingServer(InetSocketAddress wanted, Duration idleTimeout, StreamBackend backend) {
        this.wanted = wanted;
        this.idleTimeout = idleTimeout;
        this.backend = backend;
        this.tokens = new StreamTokens(InstantSource.system());
        this.loop = new EpollEventLoopGroup(
                1, Thread.ofPlatform().daemon().name("streaming-io").factory());
        this.listener = listen();
    }

    /**
     * Listens at {@code address} (port 0: a free one).
     *
     * @param idleTimeout a connection without traffic for so long is closed
     */
    public static StreamingServer start(InetSocketAddress address, Duration idleTimeout, StreamBackend backend) {
        return new StreamingServer(address, idleTimeout, backend);
    }

    private Channel listen() {
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new Initializer())
                .bind(wanted)
                .awaitUninterruptibly();
        if (bound.isSuccess()) {
            return bound.channel();
        }
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        throw new Fault(
                FaultKind.FAILED_PRECONDITION,
                "cannot listen for streams at " + wanted + ": " + bound.cause().getMessage()
                        + "; set [streaming] address to a free one",
                bound.cause());
    }

    /** A URL at which {@code request} waits for its client. */
    public URI issue(StreamRequest request) {
        InetSocketAddress address = address();
        String host = address.getAddress().getHostAddress();
        return URI.create("http://%s:%d/%s/%s"
                .formatted(
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
                            new IdleStateHandler(0, 0, idleTimeout.toSeconds(), TimeUnit.SECONDS),
                            new CloseWhenIdle(),
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
