package io.windlass.cri.streaming;

import io.windlass.cri.config.StreamingSettings;
import io.windlass.fault.Fault;
import io.windlass.pod.container.ContainerStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/** A backend whose processes are scripted: "echo" returns its input, other commands are described at {@link #exec}. */
final class FakeBackend implements StreamBackend {
    final BlockingQueue<String> resizes = new LinkedBlockingQueue<>();

    /** Bytes of output that have been read of all processes. */
    final AtomicLong outputRead = new AtomicLong();

    /** What listens on every port of every pod; absent: nothing. */
    Optional<InetSocketAddress> pod = Optional.empty();

    static StreamingSettings settings(Duration idleTimeout) {
        return new StreamingSettings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), idleTimeout, Optional.empty());
    }

    /** "echo": copies stdin to stdout until it ends; "exit N": writes to both streams and exits with N; "flood N": N bytes. */
    @Override
    public ContainerStream exec(StreamRequest.Exec request) {
        String name = request.command().getFirst();
        FakeProcess process = new FakeProcess(resizes, outputRead);
        switch (name) {
            case "echo" -> process.echo = true;
            case "exit" -> {
                process.output.add(new ContainerStream.Output.StdOut(utf8("out\n")));
                process.output.add(new ContainerStream.Output.StdErr(utf8("err\n")));
                process.end(Integer.parseInt(request.command().get(1)));
            }
            case "flood" -> process.flood = Long.parseLong(request.command().get(1));
            default -> throw Fault.notFound("cannot exec " + name + ": no such file");
        }
        return process;
    }

    @Override
    public ContainerStream attach(StreamRequest.Attach request) {
        return new FakeProcess(resizes, outputRead);
    }

    @Override
    public SocketChannel connect(String podSandboxId, int port) {
        try {
            return SocketChannel.open(pod.orElseThrow(() ->
                    Fault.notFound("cannot connect to port " + port + " of " + podSandboxId + ": connection refused")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static final class FakeProcess implements ContainerStream {
        private final BlockingQueue<Output> output = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> resizes;
        private final AtomicLong outputRead;
        private boolean echo;
        private long flood;

        FakeProcess(BlockingQueue<String> resizes, AtomicLong outputRead) {
            this.outputRead = outputRead;
            this.resizes = resizes;
        }

        private void end(int code) {
            output.add(new Output.Exited(code));
            output.add(new Output.End());
        }

        @Override
        public Output read() {
            if (flood > 0) {
                int size = (int) Math.min(flood, 32 << 10);
                flood -= size;
                outputRead.addAndGet(size);
                if (flood == 0) {
                    end(0);
                }
                return new Output.StdOut(ByteBuffer.allocate(size));
            }
            try {
                return output.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new Output.End();
            }
        }

        @Override
        public void stdin(byte[] bytes, int offset, int length) {
            if (echo) {
                output.add(new Output.StdOut(ByteBuffer.wrap(bytes.clone(), offset, length)));
            }
        }

        @Override
        public void closeStdin() {
            end(0);
        }

        @Override
        public void resize(int columns, int rows) {
            resizes.add(columns + "x" + rows);
        }

        @Override
        public void close() {
            output.add(new Output.End());
        }
    }
}
