package io.windlass.runtime.shim;

import io.windlass.runtime.program.Encoder;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** Speaks the control protocol from the shim's side, as told by a test. */
final class FakeShim implements AutoCloseable {
    private final Path socket;
    private final ServerSocketChannel listener;
    private final List<FrameChannel> clients = new CopyOnWriteArrayList<>();
    private final Map<Integer, Script> scripts = new ConcurrentHashMap<>();
    private final BlockingQueue<WireFrame> received = new LinkedBlockingQueue<>();

    FakeShim(Path socket) throws IOException {
        this.socket = socket;
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        onRequest(FrameType.HELLO, (request, client) -> client.write(hello(request.id(), 1, 4711)));
        Thread.ofVirtual().start(this::accept);
    }

    static WireFrame hello(long id, int version, long pid) {
        return ok(id, new Encoder().u32(version).u64(pid).str("test").u32(2));
    }

    static WireFrame ok(long id, Encoder fields) {
        return new WireFrame(FrameType.OK, id, fields.toByteArray());
    }

    static WireFrame error(long id, int errno, String step, String message) {
        return new WireFrame(
                FrameType.ERROR,
                id,
                new Encoder().u32(errno).str(step).str(message).toByteArray());
    }

    static WireFrame exited(long sequence, String container, int exitCode) {
        return new WireFrame(
                FrameType.EVENT,
                sequence,
                new Encoder()
                        .u32(1)
                        .str(container)
                        .u32(exitCode)
                        .u32(0)
                        .u64(1_500_000_000_000_000_000L + sequence)
                        .str("")
                        .toByteArray());
    }

    void onRequest(int type, Script script) {
        scripts.put(type, script);
    }

    /** The next request of that type, waiting for it; others are passed over. */
    WireFrame awaitRequest(int type) throws InterruptedException {
        WireFrame frame = received.take();
        while (frame.type() != type) {
            frame = received.take();
        }
        return frame;
    }

    /** Ends all connections, and goes on listening. */
    void dropClients() {
        clients.forEach(FrameChannel::close);
        clients.clear();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        Files.deleteIfExists(socket);
        dropClients();
    }

    private void accept() {
        try {
            while (true) {
                FrameChannel client = new FrameChannel(listener.accept());
                clients.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException e) {
            // Closed by the test.
            return;
        }
    }

    private void serve(FrameChannel client) {
        try {
            Optional<WireFrame> frame = client.read();
            while (frame.isPresent()) {
                Script script = scripts.get(frame.get().type());
                if (script != null) {
                    script.answer(frame.get(), client);
                }
                received.add(frame.get());
                frame = client.read();
            }
        } catch (IOException e) {
            // Closed by one side or the other.
            return;
        }
    }

    /** What follows on a request. */
    @FunctionalInterface
    interface Script {
        void answer(WireFrame request, FrameChannel client) throws IOException;
    }
}
