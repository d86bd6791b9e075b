package io.windlass.cri.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.ByteBuffer;
import org.jboss.logging.Logger;

/**
 * Kubernetes' channel protocol over WebSocket: the first byte of each message is the channel's number. Version 5 adds a
 * message that closes a channel. Used by one event loop.
 */
final class WebSocketChannels extends SimpleChannelInboundHandler<WebSocketFrame> {
    private static final Logger LOG = Logger.getLogger(WebSocketChannels.class);

    /** In version 5: the next byte is the channel that the client closes. */
    private static final int CLOSE_CHANNEL = 255;

    private final boolean closable;
    private final Listener listener;

    WebSocketChannels(boolean closable, Listener listener) {
        this.closable = closable;
        this.listener = listener;
    }

    /** Told of messages on the event loop; must not block. */
    interface Listener {
        void received(int channel, ByteBuffer data);

        void closed(int channel);

        /** The client is gone or says so. */
        void gone();
    }

    /** A message for the client. */
    static BinaryWebSocketFrame message(int channel, ByteBuf data) {
        return new BinaryWebSocketFrame(
                Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(new byte[] {(byte) channel}), data));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        switch (frame) {
            case BinaryWebSocketFrame binary -> dispatch(binary.content());
            case TextWebSocketFrame text -> dispatch(text.content());
            case PingWebSocketFrame ping ->
                context.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
            case CloseWebSocketFrame close -> {
                listener.gone();
                context.writeAndFlush(close.retainedDuplicate()).addListener(_ -> context.close());
            }
            default -> LOG.tracef("ignored %s", frame);
        }
    }

    private void dispatch(ByteBuf message) {
        if (!message.isReadable()) {
            return;
        }
        int channel = message.readUnsignedByte();
        if (closable && channel == CLOSE_CHANNEL && message.readableBytes() == 1) {
            listener.closed(message.readUnsignedByte());
        } else {
            listener.received(channel, ByteBuffer.wrap(ByteBufUtil.getBytes(message)));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        listener.gone();
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debugf("closing a stream connection: %s", cause);
        context.close();
    }
}
