package io.windlass.cri.streaming;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyVersion;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Answers the HTTP request that opens a stream: finds what its URL stands for, and turns the connection into SPDY/3.1 or
 * WebSocket. Used by one event loop.
 */
final class StreamUpgrade extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = Logger.getLogger(StreamUpgrade.class);

    private static final String PROTOCOL_VERSION = "X-Stream-Protocol-Version";
    private static final String TUNNEL = "SPDY/3.1+" + SpdyPortForward.PROTOCOL;
    private static final String V5 = "v5.channel.k8s.io";
    private static final String V4 = "v4.channel.k8s.io";
    private static final String PROCESS_PROTOCOLS = String.join(",", V5, V4, "channel.k8s.io");
    private static final String PORT_PROTOCOLS = String.join(",", TUNNEL, V5, V4);
    private static final int LARGEST_MESSAGE = 4 << 20;

    private final StreamTokens tokens;
    private final StreamBackend backend;
    private final ThreadFactory threads;

    StreamUpgrade(StreamTokens tokens, StreamBackend backend, ThreadFactory threads) {
        this.tokens = tokens;
        this.backend = backend;
        this.threads = threads;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        Function<String, List<String>> offered = name -> request.headers().getAll(name).stream()
                .flatMap(line -> Arrays.stream(line.split(",", -1)))
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .toList();
        boolean spdy = offered.apply("Upgrade").stream().anyMatch("SPDY/3.1"::equalsIgnoreCase);
        boolean webSocket = offered.apply("Upgrade").stream().anyMatch("websocket"::equalsIgnoreCase);
        if (!spdy && !webSocket) {
            refuse(context, HttpResponseStatus.BAD_REQUEST, "a stream needs an upgrade to SPDY/3.1 or websocket");
            return;
        }
        Optional<StreamRequest> found = redeem(request.uri());
        if (found.isEmpty()) {
            refuse(
                    context,
                    HttpResponseStatus.NOT_FOUND,
                    "no stream waits at this URL: each is good once, for " + StreamTokens.LIFETIME.toSeconds() + " s");
            return;
        }
        if (spdy) {
            upgradeToSpdy(context, found.get(), offered.apply(PROTOCOL_VERSION));
        } else {
            upgradeToWebSocket(context, found.get(), request, offered.apply("Sec-WebSocket-Protocol"));
        }
    }

    private Optional<StreamRequest> redeem(String uri) {
        String path = uri.split("\\?", 2)[0];
        String[] segments = path.split("/", -1);
        return segments.length == 3 && segments[0].isEmpty()
                ? tokens.redeem(segments[1], segments[2])
                : Optional.empty();
    }

    private void upgradeToSpdy(ChannelHandlerContext context, StreamRequest stream, List<String> offered) {
        Channel channel = context.channel();
        ClientWriter writer = new ClientWriter(channel);
        ReadGate gate = new ReadGate(channel);
        SpdyConnection.Listener listener;
        String chosen;
        switch (stream) {
            case StreamRequest.ProcessRequest process -> {
                Optional<SpdyProtocol> protocol = SpdyProtocol.choose(offered);
                if (protocol.isEmpty()) {
                    refuse(context, HttpResponseStatus.FORBIDDEN, "unknown stream protocols " + offered);
                    return;
                }
                chosen = protocol.get().wireName();
                listener = new SpdyProcess(
                        channel, process, protocol.get(), writer, gate, client -> start(process, client));
            }
            case StreamRequest.PortForward forward -> {
                if (!offered.isEmpty() && !offered.contains(SpdyPortForward.PROTOCOL)) {
                    refuse(context, HttpResponseStatus.FORBIDDEN, "unknown port-forward protocols " + offered);
                    return;
                }
                chosen = SpdyPortForward.PROTOCOL;
                listener = new SpdyPortForward(forward, backend, writer, threads);
            }
        }
        FullHttpResponse switching = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
        switching.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        switching.headers().set(HttpHeaderNames.UPGRADE, "SPDY/3.1");
        switching.headers().set(PROTOCOL_VERSION, chosen);
        context.writeAndFlush(switching);
        speakSpdy(context.pipeline(), new SpdyConnection(listener, writer, gate));
        context.pipeline().remove(HttpObjectAggregator.class);
        context.pipeline().remove(HttpServerCodec.class);
        context.pipeline().remove(this);
    }

    private static void speakSpdy(ChannelPipeline pipeline, SpdyConnection connection) {
        pipeline.addLast(new SpdyFrameCodec(SpdyVersion.SPDY_3_1), connection);
    }

    private void upgradeToWebSocket(
            ChannelHandlerContext context, StreamRequest stream, FullHttpRequest request, List<String> offered) {
        if (stream instanceof StreamRequest.PortForward forward
                && forward.ports().isEmpty()
                && !offered.contains(TUNNEL)) {
            refuse(
                    context,
                    HttpResponseStatus.BAD_REQUEST,
                    "cannot forward over WebSocket channels: field port of the request is empty; or offer " + TUNNEL);
            return;
        }
        String protocols = stream instanceof StreamRequest.ProcessRequest ? PROCESS_PROTOCOLS : PORT_PROTOCOLS;
        String url = "ws://" + request.headers().get(HttpHeaderNames.HOST, "localhost") + request.uri();
        WebSocketServerHandshaker handshaker =
                new WebSocketServerHandshakerFactory(url, protocols, false, LARGEST_MESSAGE).newHandshaker(request);
        if (handshaker == null) {
            WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(context.channel());
            return;
        }
        Channel channel = context.channel();
        handshaker.handshake(channel, request).addListener((ChannelFutureListener) done -> {
            if (!done.isSuccess()) {
                LOG.debugf("a WebSocket handshake failed: %s", done.cause());
                channel.close();
            }
        });
        String chosen = Optional.ofNullable(handshaker.selectedSubprotocol()).orElse("");
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.remove(this);
        pipeline.addLast(new WebSocketFrameAggregator(LARGEST_MESSAGE));
        speakWebSocket(channel, stream, chosen);
    }

    private void speakWebSocket(Channel channel, StreamRequest stream, String protocol) {
        ClientWriter writer = new ClientWriter(channel);
        ReadGate gate = new ReadGate(channel);
        boolean closable = protocol.equals(V5);
        switch (stream) {
            case StreamRequest.ProcessRequest process -> {
                WebSocketProcess client =
                        new WebSocketProcess(channel, process, closable || protocol.equals(V4), writer, gate);
                channel.pipeline().addLast(new WebSocketChannels(closable, client));
                client.greet();
                start(process, client);
            }
            case StreamRequest.PortForward forward -> {
                if (protocol.equals(TUNNEL)) {
                    channel.pipeline().addLast(new WebSocketTunnel());
                    speakSpdy(
                            channel.pipeline(),
                            new SpdyConnection(new SpdyPortForward(forward, backend, writer, threads), writer, gate));
                    return;
                }
                WebSocketPortForward client = new WebSocketPortForward(forward, backend, writer, gate, threads);
                channel.pipeline().addLast(new WebSocketChannels(closable, client));
                client.start(channel);
            }
        }
    }

    private void start(StreamRequest.ProcessRequest request, ProcessClient client) {
        threads.newThread(new ProcessSession(request, backend, client)).start();
    }

    private static void refuse(ChannelHandlerContext context, HttpResponseStatus status, String reason) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, status, Unpooled.copiedBuffer(reason + "\n", StandardCharsets.UTF_8));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        response.headers()
                .setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debugf("closing a stream connection: %s", cause);
        context.close();
    }
}
