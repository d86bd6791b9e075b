package io.windlass.cri;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Kubernetes' channels over WebSocket (RFC 6455) on one plain socket, made on the thread that connects. Not thread-safe. */
final class WebSocketClient implements AutoCloseable {
    private static final int FINAL = 0x80;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int MASKED = 0x80;
    private static final int TWO_BYTES = 126;
    private static final int EIGHT_BYTES = 127;

    private final Socket socket;
    private final DataInputStream in;
    private final Map<Integer, ByteArrayOutputStream> received = new HashMap<>();
    private boolean closed;

    WebSocketClient(URI url, String protocol) throws IOException {
        socket = new Socket(url.getHost(), url.getPort());
        socket.setSoTimeout(10_000);
        in = new DataInputStream(socket.getInputStream());
        String request = "GET " + url.getPath() + " HTTP/1.1\r\nHost: " + url.getAuthority()
                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13"
                + "\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: " + protocol + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String head = readHead();
        if (!head.startsWith("HTTP/1.1 101")) {
            throw new IOException("no WebSocket at " + url + ": " + head);
        }
    }

    private String readHead() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    void send(int channel, String text) throws IOException {
        byte[] data = text.getBytes(StandardCharsets.UTF_8);
        message(ByteBuffer.allocate(data.length + 1)
                .put((byte) channel)
                .put(data)
                .array());
    }

    /** Ends a channel, as version 5 of the protocol has it. */
    void end(int channel) throws IOException {
        message(new byte[] {(byte) 255, (byte) channel});
    }

    private void message(byte[] payload) throws IOException {
        if (payload.length >= TWO_BYTES) {
            throw new IllegalArgumentException("this client sends short messages only");
        }
        // A client has to mask what it sends; with a mask of zeros the bytes stay as they are.
        OutputStream out = socket.getOutputStream();
        out.write(ByteBuffer.allocate(6 + payload.length)
                .put((byte) (FINAL | BINARY))
                .put((byte) (MASKED | payload.length))
                .putInt(0)
                .put(payload)
                .array());
    }

    /** Reads until {@code text} has come on {@code channel}. */
    void await(int channel, String text) throws IOException {
        while (!text(channel).contains(text)) {
            if (closed) {
                throw new IOException("closed before \"" + text + "\" came; until then: " + text(channel));
            }
            readFrame();
        }
    }

    /** Reads until the server closes. */
    void awaitClose() throws IOException {
        while (!closed) {
            readFrame();
        }
    }

    private void readFrame() throws IOException {
        int first = in.readUnsignedByte();
        int length = in.readUnsignedByte();
        if (length == TWO_BYTES) {
            length = in.readUnsignedShort();
        } else if (length == EIGHT_BYTES) {
            length = Math.toIntExact(in.readLong());
        }
        byte[] payload = in.readNBytes(length);
        if ((first & 0xf) == CLOSE) {
            closed = true;
        } else if (first == (FINAL | BINARY) && length > 0) {
            received.computeIfAbsent((int) payload[0], _ -> new ByteArrayOutputStream())
                    .write(payload, 1, length - 1);
        } else if (first != (FINAL | BINARY)) {
            throw new IOException("cannot read a frame that begins with " + first);
        }
    }

    String text(int channel) {
        return received.getOrDefault(channel, new ByteArrayOutputStream()).toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
