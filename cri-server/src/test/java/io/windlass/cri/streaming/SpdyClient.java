package io.windlass.cri.streaming;

import static java.util.stream.Collectors.toMap;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
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
import javax.net.SocketFactory;

/** A blocking SPDY/3.1 client over a plain socket, without flow-control windows, as Kubernetes' clients are. */
public final class SpdyClient implements AutoCloseable {
    private final Socket socket;
    private final EmbeddedChannel codec = new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
    private final Map<Integer, ByteArrayOutputStream> received = new HashMap<>();
    private final Map<Integer, Long> counts = new HashMap<>();
    private final Set<Integer> ended = new HashSet<>();
    private final Set<Integer> accepted = new HashSet<>();
    private final Set<Integer> refused = new HashSet<>();
    private final String answer;
    private int nextStream = 1;

    public SpdyClient(URI url, String protocols) throws IOException {
        this(url, protocols, SocketFactory.getDefault());
    }

    SpdyClient(URI url, String protocols, SocketFactory sockets) throws IOException {
        socket = sockets.createSocket(url.getHost(), url.getPort());
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
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

    /** Reads until the server has closed the connection. */
    public void awaitClose() throws IOException {
        while (readOnce()) {}
    }

    /** Gives a stream up. */
    public void reset(int stream) throws IOException {
        send(new DefaultSpdyRstStreamFrame(stream, SpdyStreamStatus.CANCEL));
    }

    private void readSome() throws IOException {
        if (!readOnce()) {
            throw new IOException("the server closed the connection after " + texts());
        }
    }

    private Map<Integer, String> texts() {
        return received.keySet().stream().collect(toMap(stream -> stream, this::text));
    }

    private boolean readOnce() throws IOException {
        byte[] buffer = new byte[64 << 10];
        int length = socket.getInputStream().read(buffer);
        if (length < 0) {
            return false;
        }
        codec.writeInbound(Unpooled.copiedBuffer(buffer, 0, length));
        Object frame;
        while ((frame = codec.readInbound()) != null) {
            switch (frame) {
                case SpdyDataFrame data -> {
                    int size = data.content().readableBytes();
                    if (counts.computeIfPresent(data.streamId(), (_, before) -> before + size) == null) {
                        received.computeIfAbsent(data.streamId(), _ -> new ByteArrayOutputStream())
                                .writeBytes(ByteBufUtil.getBytes(data.content()));
                    }
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
        return true;
    }

    /** Reads until what has come on a stream contains {@code text}. */
    public void awaitText(int stream, String text) throws IOException {
        while (!text(stream).contains(text)) {
            readSome();
        }
    }

    /** Reads until the server has taken a stream. */
    public void awaitAccepted(int stream) throws IOException {
        while (!accepted.contains(stream)) {
            readSome();
        }
    }

    /** From now on what comes on a stream is counted, not kept. */
    public void countOnly(int stream) {
        counts.put(stream, 0L);
    }

    public long count(int stream) {
        return counts.getOrDefault(stream, 0L);
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
