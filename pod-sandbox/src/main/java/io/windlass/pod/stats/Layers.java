package io.windlass.pod.stats;

import io.windlass.fault.Fault;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.rootfs.RootfsProvider;
import io.windlass.pod.rootfs.RootfsUsage;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * What writable layers take. To measure one is to visit all of its files: the first who asks waits for it, later ones are told
 * the last result while it is measured anew in the background. A layer is measured at most every ten seconds, and a large one
 * so seldom that it takes a fiftieth of one CPU. Thread-safe.
 */
final class Layers {
    private static final System.Logger LOG = System.getLogger(Layers.class.getName());
    private static final long FRESH = Duration.ofSeconds(10).toNanos();
    private static final long TIMES_ITS_COST = 50;

    private final RootfsProvider rootfs;
    private final LongSupplier nanoTime;
    private final Executor background;
    private final Map<ContainerId, Layer> layers = new ConcurrentHashMap<>();

    Layers(RootfsProvider rootfs, LongSupplier nanoTime, Executor background) {
        this.rootfs = rootfs;
        this.nanoTime = nanoTime;
        this.background = background;
    }

    /** Empty when the layer is gone or cannot be measured. */
    Optional<RootfsUsage> usage(ContainerId id) {
        return layers.computeIfAbsent(id, Layer::new).usage();
    }

    void forget(Predicate<ContainerId> gone) {
        layers.keySet().removeIf(gone);
    }

    private final class Layer {
        private final ContainerId id;
        private Optional<RootfsUsage> last = Optional.empty();
        private long staleAt;
        private boolean measured;
        private boolean measuring;

        Layer(ContainerId id) {
            this.id = id;
        }

        synchronized Optional<RootfsUsage> usage() {
            if (!measured) {
                keep(measure());
            } else if (!measuring && nanoTime.getAsLong() - staleAt >= 0) {
                measuring = true;
                background.execute(this::refresh);
            }
            return last;
        }

        private void refresh() {
            Measure measure = measure();
            synchronized (this) {
                keep(measure);
            }
        }

        private void keep(Measure measure) {
            last = measure.usage;
            staleAt = nanoTime.getAsLong() + Math.max(FRESH, measure.cost * TIMES_ITS_COST);
            measured = true;
            measuring = false;
        }

        private Measure measure() {
            long began = nanoTime.getAsLong();
            try {
                return new Measure(Optional.of(rootfs.usage(id)), nanoTime.getAsLong() - began);
            } catch (Fault e) {
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "cannot measure the writable layer of container {0}: {1}",
                        id,
                        e.getMessage());
                return new Measure(Optional.empty(), nanoTime.getAsLong() - began);
            }
        }
    }

    private record Measure(Optional<RootfsUsage> usage, long cost) {}
}
