package io.windlass.pod.fake;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.runtime.shim.ShimStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A stream that says what the test has prepared, then nothing more. */
public final class ScriptedStream implements ShimStream {
    private final BlockingDeque<Frame> frames = new LinkedBlockingDeque<>();
    private final AtomicBoolean killed = new AtomicBoolean();
    private final ByteArrayOutputStream input = new ByteArrayOutputStream();

    public ScriptedStream(Frame... prepared) {
        frames.addAll(List.of(prepared));
    }

    public static Frame stdout(String text) {
        return new Frame.StdOut(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    public static Frame stderr(String text) {
        return new Frame.StdErr(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    public boolean killed() {
        return killed.get();
    }

    @Override
    public Frame read() {
        return read(Duration.ofDays(1)).orElseThrow();
    }

    @Override
    public Optional<Frame> read(Duration timeout) {
        try {
            return Optional.ofNullable(frames.poll(timeout.toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "cancelled", e);
        }
    }

    @Override
    public void stdin(ByteBuffer data) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        input.writeBytes(bytes);
    }

    @Override
    public void closeStdin() {}

    @Override
    public void resize(int columns, int rows) {}

    @Override
    public void killTree() {
        killed.set(true);
    }

    @Override
    public void close() {}
}
