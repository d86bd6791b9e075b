package io.windlass.runtime.shim;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.runtime.program.Encoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A stream over a connection of its own. A thread of the stream reads ahead by a frame or two and then waits, so that the
 * socket, and with it the process, is held back by a slow reader; and a reader can wait for a limited time.
 */
final class SocketStream implements ShimStream {
    private static final int READ_AHEAD = 2;
    private static final int STDIN_CHUNK = 64 << 10;
    private static final long ID = 1;

    private final FrameChannel channel;
    private final String action;
    private final BlockingQueue<Arrival> arrivals = new ArrayBlockingQueue<>(READ_AHEAD);
    private final Thread pump;
    private volatile boolean ended;

    private SocketStream(FrameChannel channel, String action) {
        this.channel = channel;
        this.action = action;
        this.pump = Thread.ofVirtual().name("stream").unstarted(this::pump);
    }

    /** Sends the request that begins a stream, and returns when it was answered OK. */
    static SocketStream open(Path socket, String peer, int type, Encoder request, String action) {
        FrameChannel channel;
        try {
            channel = FrameChannel.connect(socket);
        } catch (ClosedByInterruptException e) {
            throw cancelled(action, e);
        } catch (IOException e) {
            throw new Fault(
                    FaultKind.UNAVAILABLE, "%s: cannot reach the %s: %s".formatted(action, peer, e.getMessage()), e);
        }
        SocketStream stream = new SocketStream(channel, action);
        try {
            stream.begin(type, request);
            return stream;
        } catch (RuntimeException e) {
            stream.close();
            throw e;
        }
    }

    @Override
    public Frame read() {
        while (true) {
            Optional<Frame> frame = read(Duration.ofDays(1));
            if (frame.isPresent()) {
                return frame.get();
            }
        }
    }

    @Override
    public Optional<Frame> read(Duration timeout) {
        if (ended) {
            return Optional.of(new Frame.End());
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            Arrival arrival = await(deadline - System.nanoTime());
            if (arrival == null) {
                return Optional.empty();
            }
            Optional<Frame> frame = decode(arrival.orThrow());
            if (frame.isPresent()) {
                ended = frame.get() instanceof Frame.End;
                return frame;
            }
        }
    }

    @Override
    public void stdin(ByteBuffer data) {
        ByteBuffer rest = data.duplicate();
        while (rest.hasRemaining()) {
            int size = Math.min(STDIN_CHUNK, rest.remaining());
            send(FrameType.STDIN, rest.slice(rest.position(), size));
            rest.position(rest.position() + size);
        }
        data.position(data.limit());
    }

    @Override
    public void closeStdin() {
        send(FrameType.STDIN_CLOSE, ByteBuffer.allocate(0));
    }

    @Override
    public void resize(int columns, int rows) {
        send(
                FrameType.STREAM_RESIZE,
                ByteBuffer.wrap(new Encoder().u32(columns).u32(rows).toByteArray()));
    }

    @Override
    public void killTree() {
        send(FrameType.EXEC_KILL, ByteBuffer.allocate(0));
    }

    @Override
    public void close() {
        channel.close();
        pump.interrupt();
    }

    private void begin(int type, Encoder request) {
        send(type, ByteBuffer.wrap(request.toByteArray()));
        pump.start();
        WireFrame answer;
        try {
            answer = arrivals.take().orThrow();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cancelled(action, e);
        }
        if (answer.type() == FrameType.ERROR) {
            throw RemoteError.of(answer).fault(action);
        }
    }

    private @Nullable Arrival await(long nanoseconds) {
        try {
            return arrivals.poll(nanoseconds, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cancelled(action, e);
        }
    }

    /** Empty for a frame that says nothing to a reader. */
    private Optional<Frame> decode(WireFrame frame) {
        return switch (frame.type()) {
            case FrameType.STDOUT -> Optional.of(new Frame.StdOut(frame.payload()));
            case FrameType.STDERR -> Optional.of(new Frame.StdErr(frame.payload()));
            case FrameType.EXIT -> {
                Fields fields = frame.fields();
                yield Optional.of(new Frame.Exited(fields.u32(), fields.u32()));
            }
            case FrameType.END -> Optional.of(new Frame.End());
            case FrameType.ERROR -> throw RemoteError.of(frame).fault(action);
            default -> Optional.empty();
        };
    }

    private void send(int type, ByteBuffer payload) {
        if (ended) {
            return;
        }
        try {
            channel.write(new WireFrame(type, ID, payload));
        } catch (ClosedByInterruptException e) {
            throw cancelled(action, e);
        } catch (IOException e) {
            // The last frames may have crossed this one: what they say is what the reader gets.
            if (pump.isAlive() || !arrivals.isEmpty()) {
                return;
            }
            throw new Fault(FaultKind.UNAVAILABLE, action + ": the stream is gone: " + e.getMessage(), e);
        }
    }

    private void pump() {
        try {
            while (true) {
                Arrival arrival = receive();
                arrivals.put(arrival);
                if (arrival.failure != null || arrival.isLast()) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            // How close() ends this thread.
            return;
        }
    }

    private Arrival receive() {
        try {
            Optional<WireFrame> frame = channel.read();
            if (frame.isPresent()) {
                return new Arrival(frame.get(), null);
            }
            return new Arrival(null, lost("the shim closed the stream", null));
        } catch (IOException e) {
            return new Arrival(null, lost(String.valueOf(e.getMessage()), e));
        }
    }

    private Fault lost(String reason, @Nullable Throwable cause) {
        return new Fault(FaultKind.UNAVAILABLE, action + ": " + reason, cause);
    }

    private static Fault cancelled(String action, Throwable cause) {
        return new Fault(FaultKind.CANCELLED, action + ": the caller gave up", cause);
    }

    /** A frame, or why none follows. */
    private record Arrival(
            @Nullable WireFrame frame, @Nullable Fault failure) {
        WireFrame orThrow() {
            if (frame == null) {
                throw failure == null ? new IllegalStateException("nothing arrived") : failure;
            }
            return frame;
        }

        boolean isLast() {
            return frame != null && frame.type() == FrameType.END;
        }
    }
}
