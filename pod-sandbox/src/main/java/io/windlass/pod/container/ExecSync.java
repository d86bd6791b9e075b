package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.ContainerState;
import io.windlass.pod.store.Container;
import io.windlass.pod.store.PodStore;
import io.windlass.runtime.shim.PodShim;
import io.windlass.runtime.shim.ShimStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Runs a command in a container and collects its output (CRI {@code ExecSync}). Thread-safe. */
public final class ExecSync {
    /** A child that keeps the output open must not hold the answer up for longer than this. */
    private static final Duration DRAIN = Duration.ofMillis(200);

    private static final Duration FOREVER = Duration.ofDays(365);

    private final PodStore store;
    private final Shims shims;
    private final ExecLaunches launches;
    private final OutputBudget budget = new OutputBudget();

    public ExecSync(PodStore store, Shims shims, PodCgroups cgroups) {
        this.store = store;
        this.shims = shims;
        this.launches = new ExecLaunches(cgroups);
    }

    /**
     * @param timeout zero: none; when it passes, everything the command started is killed and DEADLINE_EXCEEDED thrown
     */
    public ExecSyncResult run(String id, List<String> command, Duration timeout) {
        Container container = store.container(id);
        if (!(container.state() instanceof ContainerState.Running)) {
            throw Faults.state("exec in", container, "running");
        }
        long deadline = System.nanoTime() + (timeout.isPositive() ? timeout : FOREVER).toNanos();
        PodShim shim = shims.of(container.definition().sandboxId());
        try (ShimStream stream = shim.exec(launches.launch(container, command, false, false));
                OutputBudget.Share share = budget.share("a command in container " + container.id())) {
            return collect(stream, share, deadline, container, timeout);
        }
    }

    private static ExecSyncResult collect(
            ShimStream stream, OutputBudget.Share share, long deadline, Container container, Duration timeout) {
        CappedOutput stdout = new CappedOutput(share);
        CappedOutput stderr = new CappedOutput(share);
        OptionalInt exitCode = OptionalInt.empty();
        long until = deadline;
        while (true) {
            Optional<ShimStream.Frame> frame = next(stream, until, exitCode.isPresent());
            if (frame.isEmpty() && exitCode.isEmpty()) {
                stream.killTree();
                throw new Fault(
                        FaultKind.DEADLINE_EXCEEDED,
                        "cannot exec in container %s: the command has not ended after %d s and was killed"
                                .formatted(container.id(), timeout.toSeconds()));
            }
            if (frame.isEmpty() || frame.get() instanceof ShimStream.Frame.End) {
                return new ExecSyncResult(stdout.pieces(), stderr.pieces(), exitCode.orElse(255));
            }
            switch (frame.get()) {
                case ShimStream.Frame.StdOut(var data) -> keep(data, stdout, stream);
                case ShimStream.Frame.StdErr(var data) -> keep(data, stderr, stream);
                case ShimStream.Frame.Exited(int code, int _) -> {
                    exitCode = OptionalInt.of(code);
                    until = System.nanoTime() + DRAIN.toNanos();
                }
                case ShimStream.Frame.End() -> throw new IllegalStateException("the end was handled before");
            }
        }
    }

    private static void keep(ByteBuffer data, CappedOutput output, ShimStream stream) {
        try {
            output.add(data);
        } catch (Fault e) {
            kill(stream, e);
            throw e;
        }
    }

    /** A caller who goes away takes the command with him. */
    private static Optional<ShimStream.Frame> next(ShimStream stream, long until, boolean exited) {
        Duration left = Duration.ofNanos(until - System.nanoTime());
        if (!left.isPositive()) {
            return Optional.empty();
        }
        try {
            return stream.read(left);
        } catch (Fault e) {
            if (e.kind() == FaultKind.CANCELLED && !exited) {
                kill(stream, e);
            }
            throw e;
        }
    }

    private static void kill(ShimStream stream, Fault reason) {
        boolean interrupted = Thread.interrupted();
        try {
            stream.killTree();
        } catch (Fault e) {
            reason.addSuppressed(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
