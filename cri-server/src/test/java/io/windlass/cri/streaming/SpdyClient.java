package io.windlass.cri.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A blocking SPDY/3.1 client over a plain socket, without flow-control windows, as Kubernetes' clients are. */
public final class SpdyClient implements AutoCloseable {
    private final Socket socket;
    private final EmbeddedChannel codec = new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
    private final Map<Integer, ByteArrayOutputStream> received = new HashMap<>();
    private final Set<Integer> ended = new HashSet<>();
    private final Set<Integer> accepted = new HashSet<>();
    private final Set<Integer> refused = new HashSet<>();
    private final String answer;
    private int nextStream = 1;

    public SpdyClient(URI url, String protocols) throws IOException {
        socket = new Socket(url.getHost(), url.getPort());
        socket.setSoTimeout(10_000);
        String request = "POST " + url.getPath() + " HTTP/1.1\r\nHost: " + url.getAuthority()
                + "\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: " + protocols
                + "\r\nContent-Length: 0\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        answer = readHead(socket.getInputStream());
    }

    private static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            head.append((char) next);
        }
        return head.toString();
    }

    /** The status line and headers of the answer to the upgrade. */
    public String answer() {
        return answer;
    }

    public int open(Map<String, String> headers) throws IOException {
        DefaultSpdySynStreamFrame opening = new DefaultSpdySynStreamFrame(nextStream, 0, (byte) 0);
        headers.forEach((name, value) -> opening.headers().set(name, value));
        send(opening);
        nextStream += 2;
        return opening.streamId();
    }

    public void send(int stream, String data, boolean last) throws IOException {
        DefaultSpdyDataFrame frame =
                new DefaultSpdyDataFrame(stream, Unpooled.copiedBuffer(data, StandardCharsets.UTF_8));
        frame.setLast(last);
        send(frame);
    }

    private void send(Object frame) throws IOException {
        codec.writeOutbound(frame);
        ByteBuf bytes;
        while ((bytes = codec.readOutbound()) != null) {
            socket.getOutputStream().write(ByteBufUtil.getBytes(bytes));
            bytes.release();
        }
    }

    /** Reads until every one of {@code streams} was ended, or refused, by the server. */
    public void awaitEnd(int... streams) throws IOException {
        for (int stream : streams) {
            while (!ended.contains(stream) && !refused.contains(stream)) {
                readSome();
            }
        }
    }

    private void readSome() throws IOException {
        byte[] buffer = new byte[64 << 10];
        int length = socket.getInputStream().read(buffer);
        if (length < 0) {
            throw new IOException("the server closed the connection");
        }
        codec.writeInbound(Unpooled.copiedBuffer(buffer, 0, length));
        Object frame;
        while ((frame = codec.readInbound()) != null) {
            switch (frame) {
                case SpdyDataFrame data -> {
                    received.computeIfAbsent(data.streamId(), _ -> new ByteArrayOutputStream())
                            .writeBytes(ByteBufUtil.getBytes(data.content()));
                    if (data.isLast()) {
                        ended.add(data.streamId());
                    }
                    data.release();
                }
                case SpdySynReplyFrame reply -> accepted.add(reply.streamId());
                case SpdyRstStreamFrame reset -> refused.add(reset.streamId());
                default -> {}
            }
        }
    }

    public String text(int stream) {
        return received.getOrDefault(stream, new ByteArrayOutputStream()).toString(StandardCharsets.UTF_8);
    }

    public boolean accepted(int stream) {
        return accepted.contains(stream);
    }

    public boolean refused(int stream) {
        return refused.contains(stream);
    }

    @Override
    public void close() throws IOException {
        socket.close();
        codec.finishAndReleaseAll();
    }
}
