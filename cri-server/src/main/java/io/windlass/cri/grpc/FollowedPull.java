package io.windlass.cri.grpc;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.ImageService;
import io.windlass.image.progress.ExchangeReport;
import io.windlass.image.progress.LayerReport;
import io.windlass.image.progress.LayerTransfer;
import io.windlass.image.progress.Pull;
import io.windlass.image.progress.PullReport;
import io.windlass.image.reference.ImageId;
import io.windlass.image.reference.ImageReference;
import io.windlass.image.registry.RegistryAuth;
import io.windlass.node.v1.PullImageProgress;
import io.windlass.node.v1.RegistryRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A pull that tells its client how it goes on. One use. */
final class FollowedPull {
    private static final long PERIOD_MILLISECONDS = 200;

    private final Pull progress;
    private final FutureTask<ImageId> work;

    FollowedPull(ImageService images, ImageReference reference, RegistryAuth auth) {
        this.progress = new Pull(reference.toString());
        this.work = new FutureTask<>(() -> images.pull(reference, auth, progress));
    }

    /** Returns when the pull has ended; a client that goes away takes it along. */
    void follow(Consumer<PullImageProgress> told) {
        Thread thread = Thread.ofVirtual().name("followed pull").start(work);
        try {
            while (true) {
                try {
                    ImageId id = work.get(PERIOD_MILLISECONDS, TimeUnit.MILLISECONDS);
                    told.accept(last().setImageRef(id.toString()).build());
                    return;
                } catch (TimeoutException e) {
                    told.accept(now(progress.report()).build());
                }
            }
        } catch (ExecutionException e) {
            told.accept(last().build());
            throw e.getCause() instanceof Fault fault
                    ? fault
                    : Fault.internal("cannot pull image " + progress.report().reference() + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "the pull was cancelled", e);
        } finally {
            work.cancel(true);
            awaitEnd(thread);
        }
    }

    /** What it has begun is cleaned up before the call ends. */
    private static void awaitEnd(Thread thread) {
        boolean interrupted = Thread.interrupted();
        try {
            thread.join();
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static PullImageProgress.Builder now(PullReport report) {
        return PullImageProgress.newBuilder()
                .setState(report.state().name())
                .setLayers(report.layers().size())
                .setLayersHere(report.layers().stream()
                        .map(LayerReport::state)
                        .filter(state -> state == LayerTransfer.State.DONE || state == LayerTransfer.State.PRESENT)
                        .count())
                .setBytes(report.bytes())
                .setArrived(report.arrived());
    }

    private PullImageProgress.Builder last() {
        PullReport report = progress.report();
        PullImageProgress.Builder last = now(report);
        report.exchanges().forEach(exchange -> last.addRequests(request(exchange)));
        return last;
    }

    private static RegistryRequest request(ExchangeReport exchange) {
        Optional<Instant> ended = exchange.ended();
        return RegistryRequest.newBuilder()
                .setServer(exchange.server())
                .setServerFrom(exchange.source())
                .setObject(exchange.object())
                .setAuth(exchange.auth().name())
                .setCredentialsFrom(exchange.credentials())
                .setStatus(exchange.status())
                .setProtocol(exchange.protocol())
                .setBytes(exchange.bytes())
                .setMilliseconds(Duration.between(exchange.began(), ended.orElseGet(Instant::now))
                        .toMillis())
                .setFailure(exchange.failure())
                .build();
    }
}
