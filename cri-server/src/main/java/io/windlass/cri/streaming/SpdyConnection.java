package io.windlass.cri.streaming;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.spdy.DefaultSpdyPingFrame;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyGoAwayFrame;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * The server's side of a SPDY/3.1 connection, as far as Kubernetes' streaming uses it: clients open streams, both sides send
 * data, either may end its half. The clients keep no flow-control windows, so none are kept here either: TCP's window is the
 * back-pressure, through {@link ClientWriter} and {@link ReadGate}.
 *
 * <p>Used by one event loop.
 */
final class SpdyConnection extends SimpleChannelInboundHandler<SpdyFrame> {
    private static final Logger LOG = Logger.getLogger(SpdyConnection.class);

    private static final int MOST_STREAMS = 1000;

    private final Listener listener;
    private final Map<Integer, SpdyStream> streams = new ConcurrentHashMap<>();
    private final ClientWriter writer;
    private final ReadGate gate;

    SpdyConnection(Listener listener, ClientWriter writer, ReadGate gate) {
        this.listener = listener;
        this.writer = writer;
        this.gate = gate;
    }

    /** Told of streams on the event loop; must not block. */
    interface Listener {
        /** Takes a new stream, or refuses it with false. */
        boolean opened(SpdyStream stream);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, SpdyFrame frame) {
        switch (frame) {
            case SpdySynStreamFrame opening -> open(context, opening);
            case SpdyDataFrame data -> receive(data);
            case SpdyRstStreamFrame reset -> forget(reset.streamId());
            case SpdyPingFrame ping -> context.writeAndFlush(new DefaultSpdyPingFrame(ping.id()));
            case SpdyGoAwayFrame _ -> context.close();
            default -> LOG.tracef("ignored %s", frame);
        }
    }

    private void open(ChannelHandlerContext context, SpdySynStreamFrame opening) {
        Map<String, String> headers = new HashMap<>();
        opening.headers()
                .forEach(header -> headers.put(
                        header.getKey().toString().toLowerCase(Locale.ROOT),
                        header.getValue().toString()));
        SpdyStream stream = new SpdyStream(
                opening.streamId(), headers, writer, new ClientInput(gate), () -> streams.remove(opening.streamId()));
        if (streams.size() >= MOST_STREAMS || !listener.opened(stream)) {
            context.writeAndFlush(new DefaultSpdyRstStreamFrame(stream.id(), SpdyStreamStatus.REFUSED_STREAM));
            return;
        }
        streams.put(stream.id(), stream);
        context.writeAndFlush(stream.reply());
        if (opening.isLast()) {
            stream.ended();
        }
    }

    private void receive(SpdyDataFrame data) {
        SpdyStream stream = streams.get(data.streamId());
        if (stream == null) {
            return;
        }
        if (data.content().isReadable()) {
            stream.input().put(new ClientInput.Event.Data(ByteBuffer.wrap(ByteBufUtil.getBytes(data.content()))));
        }
        if (data.isLast()) {
            stream.ended();
        }
    }

    private void forget(int id) {
        SpdyStream stream = streams.remove(id);
        if (stream != null) {
            stream.reset();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        streams.values().forEach(SpdyStream::reset);
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debugf("closing a stream connection: %s", cause);
        context.close();
    }
}
