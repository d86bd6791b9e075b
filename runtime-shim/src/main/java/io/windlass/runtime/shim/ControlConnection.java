package io.windlass.runtime.shim;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.runtime.program.Encoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Many requests at a time over one connection to the zygote or a shim. Thread-safe.
 *
 * <p>Only its own two threads touch the socket: a caller that is interrupted gives up its answer, and the connection lives on
 * for the others.
 */
final class ControlConnection implements AutoCloseable {
    static final int PROTOCOL_VERSION = 1;

    private final FrameChannel channel;
    private final String peer;
    private final Listener listener;
    private final AtomicLong nextId = new AtomicLong(1);
    private final Map<Long, CompletableFuture<WireFrame>> pending = new ConcurrentHashMap<>();
    private final BlockingQueue<WireFrame> outgoing = new LinkedBlockingQueue<>();
    private final Thread writer;
    private volatile @Nullable String lost;
    private long peerPid;

    private ControlConnection(FrameChannel channel, String peer, Listener listener) {
        this.channel = channel;
        this.peer = peer;
        this.listener = listener;
        this.writer = Thread.ofVirtual().name("writes to " + peer).unstarted(this::writeAll);
    }

    /**
     * @param peer who is called, for messages: "shim of pod ab12... at /run/..."
     * @throws IOException when nobody listens there
     * @throws Fault when whoever listens does not speak this version of the protocol
     */
    static ControlConnection open(Path socket, String peer, Listener listener) throws IOException {
        ControlConnection connection = new ControlConnection(FrameChannel.connect(socket), peer, listener);
        connection.writer.start();
        Thread.ofVirtual().name("reads from " + peer).start(connection::readAll);
        try {
            connection.hello();
            return connection;
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** The fields of the OK that answers. {@code action} begins the message of a failure: "cannot start container ...". */
    Fields request(int type, Encoder payload, String action) {
        return await(send(type, payload), action);
    }

    CompletableFuture<WireFrame> send(int type, Encoder payload) {
        long id = nextId.getAndIncrement();
        CompletableFuture<WireFrame> answer = new CompletableFuture<>();
        pending.put(id, answer);
        if (lost == null) {
            outgoing.add(new WireFrame(type, id, payload.toByteArray()));
        }
        // Read again: if it was lost meanwhile, whoever set it may have missed this request.
        String reason = lost;
        if (reason != null) {
            pending.remove(id);
            answer.completeExceptionally(unavailable(reason));
        }
        return answer;
    }

    Fields await(CompletableFuture<WireFrame> answer, String action) {
        try {
            WireFrame frame = answer.get();
            if (frame.type() == FrameType.ERROR) {
                throw RemoteError.of(frame).fault(action);
            }
            return frame.fields();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, action + ": the caller gave up", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Fault fault) {
                throw fault.in(action);
            }
            throw Fault.internal(action + ": " + e.getCause(), e.getCause());
        }
    }

    boolean alive() {
        return lost == null;
    }

    /** The process behind the socket, as it says. */
    long peerPid() {
        return peerPid;
    }

    @Override
    public void close() {
        fail("the connection was closed here");
    }

    private void hello() {
        Encoder versions = new Encoder().u32(PROTOCOL_VERSION).u32(PROTOCOL_VERSION);
        Fields answer = request(FrameType.HELLO, versions, "cannot talk to the " + peer);
        int version = answer.u32();
        peerPid = answer.u64();
        String build = answer.str();
        if (version != PROTOCOL_VERSION) {
            throw Fault.precondition("cannot talk to the %s (build %s): it speaks version %d of the protocol, not %d"
                    .formatted(peer, build, version, PROTOCOL_VERSION));
        }
    }

    private void writeAll() {
        try {
            while (true) {
                channel.write(outgoing.take());
            }
        } catch (IOException e) {
            fail("cannot write to it: " + e.getMessage());
        } catch (InterruptedException e) {
            // How fail() ends this thread.
            return;
        }
    }

    private void readAll() {
        try {
            Optional<WireFrame> frame = channel.read();
            while (frame.isPresent()) {
                receive(frame.get());
                frame = channel.read();
            }
            fail("it closed the connection");
        } catch (IOException | Fault e) {
            fail("cannot read from it: " + e.getMessage());
        }
    }

    private void receive(WireFrame frame) {
        if (frame.type() == FrameType.EVENT) {
            listener.event(frame);
            return;
        }
        CompletableFuture<WireFrame> answer = pending.remove(frame.id());
        if (answer != null) {
            answer.complete(frame);
        }
    }

    private void fail(String reason) {
        synchronized (this) {
            if (lost != null) {
                return;
            }
            lost = reason;
        }
        channel.close();
        writer.interrupt();
        pending.keySet().forEach(id -> {
            CompletableFuture<WireFrame> answer = pending.remove(id);
            if (answer != null) {
                answer.completeExceptionally(unavailable(reason));
            }
        });
        listener.lost(reason);
    }

    private Fault unavailable(String reason) {
        return new Fault(FaultKind.UNAVAILABLE, "the %s is gone: %s".formatted(peer, reason));
    }

    /** What arrives unasked, called on the reading thread: implementations hand over and return. */
    interface Listener {
        /** For connections on which nothing arrives unasked. */
        Listener NONE = new Listener() {
            @Override
            public void event(WireFrame frame) {}

            @Override
            public void lost(String reason) {}
        };

        void event(WireFrame frame);

        /** Once, when the connection is of no more use, whoever ended it. */
        void lost(String reason);
    }
}
