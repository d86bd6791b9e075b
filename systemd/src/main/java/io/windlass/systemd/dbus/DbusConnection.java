package io.windlass.systemd.dbus;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a D-Bus peer over a Unix socket. Thread-safe.
 *
 * <p>Callers never touch the socket: an interrupted thread would close it for everyone.
 */
public final class DbusConnection implements AutoCloseable {
    // The specification's limit is 128 MiB; systemd sends nothing that large to a client like this.
    private static final long LONGEST_MESSAGE = 16 << 20;
    private static final int LONGEST_LINE = 4096;

    private final SocketChannel channel;
    private final Consumer<Message> signals;
    private final BlockingQueue<ByteBuffer> outgoing = new LinkedBlockingQueue<>();
    private final Map<Long, CompletableFuture<Message>> pending = new ConcurrentHashMap<>();
    private final AtomicLong serials = new AtomicLong();
    private volatile @Nullable IOException failure;

    private DbusConnection(SocketChannel channel, Consumer<Message> signals) {
        this.channel = channel;
        this.signals = signals;
    }

    /**
     * Connects and authenticates as the user of this process.
     *
     * @param uid of this process
     * @param signals takes every signal, on the connection's own thread, in order with the answers
     */
    public static DbusConnection open(Path socket, long uid, Consumer<Message> signals) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            authenticate(channel, uid);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        DbusConnection connection = new DbusConnection(channel, signals);
        Thread.ofVirtual().name("d-bus reader").start(connection::read);
        Thread.ofVirtual().name("d-bus writer").start(connection::write);
        return connection;
    }

    // The EXTERNAL mechanism: the kernel tells the peer who we are, and the text says the same in hexadecimal digits.
    private static void authenticate(SocketChannel channel, long uid) throws IOException {
        StringBuilder digits = new StringBuilder();
        for (byte digit : Long.toString(uid).getBytes(StandardCharsets.US_ASCII)) {
            digits.append(Integer.toHexString(digit));
        }
        send(channel, "\0AUTH EXTERNAL " + digits + "\r\n");
        String answer = line(channel);
        if (!answer.startsWith("OK ")) {
            throw new IOException("the peer answers \"" + answer + "\" to AUTH EXTERNAL");
        }
        send(channel, "BEGIN\r\n");
    }

    private static void send(SocketChannel channel, String text) throws IOException {
        ByteBuffer bytes = StandardCharsets.US_ASCII.encode(text);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static String line(SocketChannel channel) throws IOException {
        StringBuilder line = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (line.length() < LONGEST_LINE) {
            if (channel.read(one.clear()) < 0) {
                throw new EOFException("the peer hung up during authentication");
            }
            char letter = (char) one.get(0);
            if (letter == '\n') {
                return line.toString().strip();
            }
            line.append(letter);
        }
        throw new IOException("the peer's answer to AUTH is too long");
    }

    public boolean alive() {
        return failure == null;
    }

    /**
     * Sends a call. {@code answer} and what depends on it are completed on the connection's thread before any later message is
     * taken: with a RETURN, or exceptionally by a {@link DbusException} for an ERROR and an {@link IOException} when the
     * connection ends.
     */
    public void call(Message call, CompletableFuture<Message> answer) {
        long serial = serials.incrementAndGet() & 0xffff_ffffL;
        pending.put(serial, answer);
        outgoing.add(ByteBuffer.wrap(call.encode(serial)));
        IOException ended = failure;
        if (ended != null) {
            answer.completeExceptionally(ended);
        }
    }

    private void write() {
        try {
            while (true) {
                ByteBuffer bytes = outgoing.take();
                if (!bytes.hasRemaining()) {
                    return;
                }
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
        } catch (IOException e) {
            end(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        try {
            while (true) {
                take(next());
            }
        } catch (IOException e) {
            end(e);
        } catch (RuntimeException e) {
            end(new IOException("cannot understand a message: " + e.getMessage(), e));
        }
    }

    private Message next() throws IOException {
        ByteBuffer preamble = full(ByteBuffer.allocate(Message.PREAMBLE));
        long length = Message.length(preamble);
        if (length > LONGEST_MESSAGE) {
            throw new IOException("the peer announces a message of " + length + " bytes");
        }
        ByteBuffer whole = ByteBuffer.allocate((int) length).put(preamble);
        return Message.decode(full(whole));
    }

    private ByteBuffer full(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException("the peer hung up");
            }
        }
        return bytes.flip();
    }

    private void take(Message message) {
        switch (message.kind()) {
            case RETURN -> answered(message, answer -> answer.complete(message));
            case ERROR -> answered(message, answer -> answer.completeExceptionally(error(message)));
            case SIGNAL -> signals.accept(message);
            case CALL, INVALID -> {} // Nothing is offered to be called, and unknown kinds are to be ignored.
        }
    }

    private void answered(Message message, Consumer<CompletableFuture<Message>> how) {
        CompletableFuture<Message> answer = pending.remove(message.replySerial());
        if (answer != null) {
            how.accept(answer);
        }
    }

    private static DbusException error(Message message) {
        String text = message.signature().startsWith("s") ? message.reader().string() : message.errorName();
        return new DbusException(message.errorName(), text);
    }

    private void end(IOException reason) {
        if (failure == null) {
            failure = reason;
        }
        outgoing.add(ByteBuffer.allocate(0));
        try {
            channel.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
        pending.values().forEach(answer -> answer.completeExceptionally(reason));
    }

    @Override
    public void close() {
        end(new IOException("the connection was closed"));
    }
}
