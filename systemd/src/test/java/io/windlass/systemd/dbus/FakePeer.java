package io.windlass.systemd.dbus;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Speaks D-Bus on a Unix socket, as the other side, with one client at a time; what it answers is up to a script. */
public final class FakePeer implements AutoCloseable {
    private final ServerSocketChannel server;
    private final Script script;
    private final List<String> greetings = new CopyOnWriteArrayList<>();
    private final List<String> goodbyes = new CopyOnWriteArrayList<>();

    /** Answers calls. */
    @FunctionalInterface
    public interface Script {
        void called(Message call, Client client) throws IOException;
    }

    private FakePeer(ServerSocketChannel server, Script script) {
        this.server = server;
        this.script = script;
    }

    public static FakePeer listen(Path socket, Script script) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        FakePeer peer = new FakePeer(server, script);
        Thread.ofPlatform().daemon().name("fake D-Bus peer").start(peer::serve);
        return peer;
    }

    /** What clients have sent to authenticate. */
    public List<String> greetings() {
        return greetings;
    }

    /** Why connections have ended. */
    public List<String> goodbyes() {
        return goodbyes;
    }

    private void serve() {
        while (server.isOpen()) {
            try (SocketChannel channel = server.accept()) {
                greetings.add(line(channel));
                channel.write(StandardCharsets.US_ASCII.encode("OK 0123456789abcdef0123456789abcdef\r\n"));
                greetings.add(line(channel));
                Client client = new Client(channel);
                while (channel.isOpen()) {
                    ByteBuffer preamble = full(channel, ByteBuffer.allocate(Message.PREAMBLE));
                    ByteBuffer whole = ByteBuffer.allocate((int) Message.length(preamble));
                    script.called(Message.decode(full(channel, whole.put(preamble))), client);
                }
            } catch (IOException e) {
                goodbyes.add(String.valueOf(e.getMessage()));
            }
        }
    }

    private static String line(SocketChannel channel) throws IOException {
        StringBuilder line = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (line.isEmpty() || line.charAt(line.length() - 1) != '\n') {
            line.append((char) full(channel, one.clear()).get(0));
        }
        return line.toString();
    }

    private static ByteBuffer full(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException();
            }
        }
        return bytes.flip();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The client that called. */
    public record Client(SocketChannel channel) {
        public void answer(Message call, String signature, MessageWriter body) throws IOException {
            send(Message.Kind.RETURN, call.serial(), "", "", "", "", signature, body);
        }

        public void refuse(Message call, String error, String text) throws IOException {
            send(Message.Kind.ERROR, call.serial(), "", "", "", error, "s", new MessageWriter().string(text));
        }

        public void signal(String path, String interfaceName, String member, String signature, MessageWriter body)
                throws IOException {
            send(Message.Kind.SIGNAL, 0, path, interfaceName, member, "", signature, body);
        }

        private void send(
                Message.Kind kind,
                long replySerial,
                String path,
                String interfaceName,
                String member,
                String error,
                String signature,
                MessageWriter body)
                throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(body.toBytes()).order(ByteOrder.LITTLE_ENDIAN);
            Message message =
                    new Message(kind, 0, replySerial, path, interfaceName, member, error, "", signature, bytes);
            channel.write(ByteBuffer.wrap(message.encode(1)));
        }
    }
}
