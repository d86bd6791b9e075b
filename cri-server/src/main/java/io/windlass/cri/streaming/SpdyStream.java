package io.windlass.cri.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdySynReplyFrame;
import java.util.Map;

/** One stream that a client opened on a SPDY connection. Its input is fed by the event loop. */
final class SpdyStream {
    /** A data frame's length has 24 bits; smaller frames let streams take turns. */
    private static final int LARGEST_FRAME = 64 << 10;

    private final int id;
    private final Map<String, String> headers;
    private final ClientWriter writer;
    private final ClientInput input;

    SpdyStream(int id, Map<String, String> headers, ClientWriter writer, ClientInput input) {
        this.id = id;
        this.headers = headers;
        this.writer = writer;
        this.input = input;
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
        return frame;
    }
}
