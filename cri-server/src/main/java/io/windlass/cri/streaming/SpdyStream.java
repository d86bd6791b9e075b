package io.windlass.cri.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdySynReplyFrame;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** One stream that a client opened on a SPDY connection. Its input is fed by the event loop. */
final class SpdyStream {
    /** A data frame's length has 24 bits; smaller frames let streams take turns. */
    private static final int LARGEST_FRAME = 64 << 10;

    private final int id;
    private final Map<String, String> headers;
    private final ClientWriter writer;
    private final ClientInput input;
    private final Runnable over;
    private boolean ended;
    private final AtomicInteger openHalves = new AtomicInteger(2);
    private final CompletableFuture<Void> gone = new CompletableFuture<>();

    /** {@code over} runs once both sides have ended their half. */
    SpdyStream(int id, Map<String, String> headers, ClientWriter writer, ClientInput input, Runnable over) {
        this.id = id;
        this.headers = headers;
        this.writer = writer;
        this.input = input;
        this.over = over;
    }

    int id() {
        return id;
    }

    /** The value of a header, by its lower-case name; empty when absent. */
    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    ClientInput input() {
        return input;
    }

    /** The client sends no more. Called by the event loop. */
    void ended() {
        input.put(new ClientInput.Event.End());
        if (!ended) {
            ended = true;
            halfEnded();
        }
    }

    /** The client has given the stream up, or is gone. */
    void reset() {
        input.put(new ClientInput.Event.End());
        gone.complete(null);
    }

    void onReset(Runnable action) {
        gone.thenRun(action);
    }

    private void halfEnded() {
        if (openHalves.decrementAndGet() == 0) {
            over.run();
        }
    }

    void write(ByteBuf data) {
        while (data.readableBytes() > LARGEST_FRAME) {
            writer.write(new DefaultSpdyDataFrame(id, data.readRetainedSlice(LARGEST_FRAME)));
        }
        writer.write(new DefaultSpdyDataFrame(id, data));
    }

    /** The frame that tells the client that its stream was taken. */
    SpdySynReplyFrame reply() {
        SpdySynReplyFrame reply = new DefaultSpdySynReplyFrame(id);
        // An empty header block is not a valid one for every client.
        reply.headers().set("streamtype", header("streamtype"));
        return reply;
    }

    /** The frame that ends our side of the stream, with the last data in it. */
    DefaultSpdyDataFrame last(byte[] data) {
        DefaultSpdyDataFrame frame = new DefaultSpdyDataFrame(id, Unpooled.wrappedBuffer(data));
        frame.setLast(true);
        halfEnded();
        return frame;
    }
}
