package io.windlass.cri.streaming;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.nio.ByteBuffer;
import java.util.List;

/** An exec or attach session over WebSocket channels 0 to 4: stdin, stdout, stderr, errors, terminal sizes. */
final class WebSocketProcess implements WebSocketChannels.Listener, ProcessClient {
    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int ERROR = 3;
    private static final int RESIZE = 4;

    private final Channel channel;
    private final StreamRequest.ProcessRequest request;
    private final boolean statusObjects;
    private final ClientWriter writer;
    private final ClientInput input;
    private final TerminalSize sizes = new TerminalSize();

    WebSocketProcess(
            Channel channel,
            StreamRequest.ProcessRequest request,
            boolean statusObjects,
            ClientWriter writer,
            ReadGate gate) {
        this.channel = channel;
        this.request = request;
        this.statusObjects = statusObjects;
        this.writer = writer;
        this.input = new ClientInput(gate);
    }

    /** Tells a client that waits for a first message that the session is open. */
    void greet() {
        int first = request.stdout() ? STDOUT : request.stderr() ? STDERR : ERROR;
        channel.writeAndFlush(WebSocketChannels.message(first, Unpooled.EMPTY_BUFFER));
    }

    @Override
    public void received(int number, ByteBuffer data) {
        if (number == STDIN && data.hasRemaining()) {
            input.put(new ClientInput.Event.Data(data));
        } else if (number == RESIZE) {
            sizes.read(data).forEach(input::put);
        }
    }

    @Override
    public void closed(int number) {
        if (number == STDIN) {
            input.put(new ClientInput.Event.End());
        }
    }

    @Override
    public void gone() {
        input.put(new ClientInput.Event.End());
    }

    @Override
    public void stdout(ByteBuffer data) {
        if (request.stdout() && data.hasRemaining()) {
            writer.write(WebSocketChannels.message(STDOUT, Unpooled.wrappedBuffer(data)));
        }
    }

    @Override
    public void stderr(ByteBuffer data) {
        if (request.stderr() && data.hasRemaining()) {
            writer.write(WebSocketChannels.message(STDERR, Unpooled.wrappedBuffer(data)));
        }
    }

    @Override
    public void finish(ProcessStatus status) {
        CloseWebSocketFrame close = new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE);
        if (!statusObjects && status instanceof ProcessStatus.Success) {
            writer.finish(List.of(close));
        } else {
            writer.finish(List.of(
                    WebSocketChannels.message(ERROR, Unpooled.wrappedBuffer(status.encode(statusObjects))), close));
        }
    }

    @Override
    public ClientInput input() {
        return input;
    }

    @Override
    public void onClose(Runnable action) {
        channel.closeFuture().addListener(_ -> action.run());
    }
}
