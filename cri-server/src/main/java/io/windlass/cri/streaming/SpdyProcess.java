package io.windlass.cri.streaming;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An exec or attach session over SPDY: one stream each for errors, stdin, stdout, stderr and terminal sizes. The session
 * starts when all streams that the request has are open.
 */
final class SpdyProcess implements SpdyConnection.Listener, ProcessClient {
    private final Channel channel;
    private final StreamRequest.ProcessRequest request;
    private final SpdyProtocol protocol;
    private final ClientWriter writer;
    private final Runnable start;
    private final Map<Role, SpdyStream> streams = new EnumMap<>(Role.class);

    /** Takes the terminal's sizes when there is no stdin to join. */
    private final ClientInput sizesOnly;

    private enum Role {
        ERROR,
        STDIN,
        STDOUT,
        STDERR,
        RESIZE
    }

    /** {@code session} makes the session's thread once everything is there. */
    SpdyProcess(
            Channel channel,
            StreamRequest.ProcessRequest request,
            SpdyProtocol protocol,
            ClientWriter writer,
            ReadGate gate,
            Consumer<ProcessClient> session) {
        this.channel = channel;
        this.request = request;
        this.protocol = protocol;
        this.writer = writer;
        this.sizesOnly = new ClientInput(gate);
        this.start = () -> session.accept(this);
    }

    @Override
    public boolean opened(SpdyStream stream) {
        Role role;
        try {
            role = Role.valueOf(stream.header("streamtype").toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            return false;
        }
        if (!expected(role) || streams.putIfAbsent(role, stream) != null) {
            return false;
        }
        SpdyStream resize = streams.get(Role.RESIZE);
        if (role == Role.RESIZE && resize != null) {
            forwardSizes(resize.input());
        }
        if (complete()) {
            // The reply to this stream is written by our caller first.
            channel.eventLoop().execute(start);
        }
        return true;
    }

    private boolean expected(Role role) {
        return switch (role) {
            case ERROR -> true;
            case STDIN -> request.stdin();
            case STDOUT -> request.stdout();
            case STDERR -> request.stderr() && !request.tty();
            case RESIZE -> request.tty() && protocol.resizes();
        };
    }

    private boolean complete() {
        for (Role role : Role.values()) {
            if (expected(role) && !streams.containsKey(role)) {
                return false;
            }
        }
        return true;
    }

    /** Sizes come on a stream of their own and join the input, which also exists without stdin. */
    private void forwardSizes(ClientInput sizes) {
        Thread.ofVirtual().name("stream-resize").start(() -> {
            TerminalSize parser = new TerminalSize();
            try {
                while (sizes.take() instanceof ClientInput.Event.Data(ByteBuffer bytes)) {
                    parser.read(bytes).forEach(size -> input().put(size));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Override
    public ClientInput input() {
        SpdyStream stdin = streams.get(Role.STDIN);
        return stdin == null ? sizesOnly : stdin.input();
    }

    private SpdyStream stream(Role role) {
        SpdyStream stream = streams.get(role);
        if (stream == null) {
            throw new IllegalStateException("no " + role + " stream was opened");
        }
        return stream;
    }

    @Override
    public void stdout(ByteBuffer data) {
        write(streams.get(Role.STDOUT), data);
    }

    @Override
    public void stderr(ByteBuffer data) {
        write(streams.get(Role.STDERR), data);
    }

    private static void write(@Nullable SpdyStream stream, ByteBuffer data) {
        if (stream != null && data.hasRemaining()) {
            stream.write(Unpooled.wrappedBuffer(data));
        }
    }

    @Override
    public void finish(ProcessStatus status) {
        List<Object> last = new ArrayList<>();
        boolean quiet = !protocol.statusObjects() && status instanceof ProcessStatus.Success;
        last.add(stream(Role.ERROR).last(quiet ? new byte[0] : status.encode(protocol.statusObjects())));
        for (Role role : List.of(Role.STDOUT, Role.STDERR)) {
            SpdyStream stream = streams.get(role);
            if (stream != null) {
                last.add(stream.last(new byte[0]));
            }
        }
        writer.finish(last);
    }

    @Override
    public void onClose(Runnable action) {
        channel.closeFuture().addListener(_ -> action.run());
    }
}
