package io.windlass.cri.streaming;

import io.windlass.fault.Fault;
import io.windlass.pod.container.ContainerStream;
import io.windlass.pod.container.ContainerStream.Output;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Connects a client with a process: output one way, input and terminal sizes the other, and at the end how it ended.
 *
 * <p>Runs on two virtual threads, one per direction; each blocks when the other side does not take its data.
 */
final class ProcessSession implements Runnable {
    private static final Logger LOG = Logger.getLogger(ProcessSession.class);

    /** Output after the end of the first process comes from children that hold its streams; they are not waited for longer. */
    private static final Duration DRAIN = Duration.ofSeconds(2);

    private final StreamRequest.ProcessRequest request;
    private final StreamBackend backend;
    private final ProcessClient client;
    private final AtomicBoolean drained = new AtomicBoolean();

    ProcessSession(StreamRequest.ProcessRequest request, StreamBackend backend, ProcessClient client) {
        this.request = request;
        this.backend = backend;
        this.client = client;
    }

    @Override
    public void run() {
        try (ContainerStream process = open()) {
            // Closing wakes the reader below; it is done elsewhere because closing may block.
            client.onClose(() -> Thread.ofVirtual().start(process::close));
            Thread input = Thread.ofVirtual().name("stream-input").start(() -> forwardInput(process));
            try {
                client.finish(forwardOutput(process));
            } finally {
                client.input().close();
                input.interrupt();
            }
        } catch (ClientGoneException e) {
            LOG.debugf("%s ended: %s", request.verb(), e.getMessage());
        } catch (Fault e) {
            LOG.debugf("%s failed: %s", request.verb(), e.getMessage());
            client.finish(new ProcessStatus.Failed(e.getMessage()));
        }
    }

    private ContainerStream open() {
        return switch (request) {
            case StreamRequest.Exec exec -> backend.exec(exec);
            case StreamRequest.Attach attach -> backend.attach(attach);
        };
    }

    private ProcessStatus forwardOutput(ContainerStream process) {
        ProcessStatus status = new ProcessStatus.Success();
        while (true) {
            Output output;
            try {
                output = process.read();
            } catch (Fault e) {
                if (drained.get()) {
                    return status;
                }
                throw e;
            }
            switch (output) {
                case Output.StdOut(ByteBuffer bytes) -> client.stdout(bytes);
                case Output.StdErr(ByteBuffer bytes) -> client.stderr(bytes);
                case Output.Exited(int code) -> {
                    status = statusOf(code);
                    closeAfterDrain(process);
                }
                case Output.End() -> {
                    return status;
                }
            }
        }
    }

    /** An attached client is not told the container's exit code: the container's status has it. */
    private ProcessStatus statusOf(int exitCode) {
        return exitCode == 0 || request instanceof StreamRequest.Attach
                ? new ProcessStatus.Success()
                : new ProcessStatus.NonZeroExit(exitCode);
    }

    private void closeAfterDrain(ContainerStream process) {
        Executor later = CompletableFuture.delayedExecutor(
                DRAIN.toMillis(),
                TimeUnit.MILLISECONDS,
                task -> Thread.ofVirtual().start(task));
        later.execute(() -> {
            drained.set(true);
            process.close();
        });
    }

    private void forwardInput(ContainerStream process) {
        try {
            while (true) {
                switch (client.input().take()) {
                    case ClientInput.Event.Data(ByteBuffer bytes) -> {
                        if (request.stdin()) {
                            process.stdin(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
                        }
                    }
                    case ClientInput.Event.Resize(int columns, int rows) -> process.resize(columns, rows);
                    case ClientInput.Event.End() -> {
                        if (request.stdin()) {
                            process.closeStdin();
                        }
                        return;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Fault e) {
            LOG.debugf("input of %s ended: %s", request.verb(), e.getMessage());
        }
    }
}
