package io.windlass.cri.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Port-forward over WebSocket channels: port i of the request has channel 2i for data and 2i+1 for errors; the first message
 * on each tells the port number, little-endian. One connection per port and session, as the protocol has it.
 */
final class WebSocketPortForward implements WebSocketChannels.Listener {
    private final List<Forward> forwards = new ArrayList<>();
    private final StreamRequest.PortForward request;
    private final StreamBackend backend;
    private final ThreadFactory threads;
    private final CompletableFuture<Void> gone = new CompletableFuture<>();

    WebSocketPortForward(
            StreamRequest.PortForward request,
            StreamBackend backend,
            ClientWriter writer,
            ReadGate gate,
            ThreadFactory threads) {
        this.request = request;
        this.backend = backend;
        this.threads = threads;
        AtomicInteger unfinished = new AtomicInteger(request.ports().size());
        for (int i = 0; i < request.ports().size(); i++) {
            forwards.add(new Forward(2 * i, new ClientInput(gate), writer, gone, unfinished));
        }
    }

    void start(Channel channel) {
        for (int i = 0; i < forwards.size(); i++) {
            int port = request.ports().get(i);
            Forward forward = forwards.get(i);
            channel.write(WebSocketChannels.message(forward.data, portNumber(port)));
            channel.write(WebSocketChannels.message(forward.data + 1, portNumber(port)));
            threads.newThread(new PortSession(backend, request.podSandboxId(), port, forward))
                    .start();
        }
        channel.flush();
    }

    private static ByteBuf portNumber(int port) {
        return Unpooled.buffer(2).writeShortLE(port);
    }

    @Override
    public void received(int channel, ByteBuffer data) {
        if (channel % 2 == 0 && channel / 2 < forwards.size()) {
            forwards.get(channel / 2).input.put(new ClientInput.Event.Data(data));
        }
    }

    @Override
    public void closed(int channel) {
        if (channel % 2 == 0 && channel / 2 < forwards.size()) {
            forwards.get(channel / 2).input.put(new ClientInput.Event.End());
        }
    }

    @Override
    public void gone() {
        gone.complete(null);
        forwards.forEach(forward -> forward.input.put(new ClientInput.Event.End()));
    }

    /** {@code unfinished} counts the connection's forwards; the last one to finish closes it, which is all that tells the client. */
    private record Forward(
            int data, ClientInput input, ClientWriter writer, CompletableFuture<Void> gone, AtomicInteger unfinished)
            implements PortSession.Peer {
        @Override
        public void onGone(Runnable action) {
            gone.thenRun(action);
        }

        @Override
        public void data(ByteBuffer bytes) {
            writer.write(WebSocketChannels.message(data, Unpooled.wrappedBuffer(bytes)));
        }

        @Override
        public void finish(String failure) {
            if (!failure.isEmpty()) {
                writer.write(
                        WebSocketChannels.message(data + 1, Unpooled.copiedBuffer(failure, StandardCharsets.UTF_8)));
            }
            if (unfinished.decrementAndGet() == 0) {
                writer.finish(List.of(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE)));
            }
        }
    }
}
