package io.windlass.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Breaks transfers off that bring next to nothing: closes their streams, so that whoever waits for bytes gets an {@link IOException}.
 * Thread-safe.
 *
 * <p>Only the time that somebody waits for bytes counts: a reader that is busy elsewhere does not make its server slow.
 */
final class StallWatch implements AutoCloseable {
    private final Duration limit;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("registry-stalls").factory());

    StallWatch(Duration limit) {
        this.limit = limit;
    }

    Watched watch(InputStream transfer) {
        return new Watched(transfer);
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }

    /** One transfer. Read by one thread. */
    final class Watched implements AutoCloseable {
        private final InputStream transfer;
        private final ScheduledFuture<?> looks;
        private long waited;
        private long came;
        private long waitingSince;
        private boolean waiting;
        private boolean stalled;

        private Watched(InputStream transfer) {
            this.transfer = transfer;
            long period = Math.max(1, limit.toMillis() / 4);
            this.looks = clock.scheduleWithFixedDelay(this::look, period, period, TimeUnit.MILLISECONDS);
        }

        int read(byte[] buffer, int from, int length) throws IOException {
            begin();
            int count = 0;
            try {
                count = transfer.read(buffer, from, length);
            } catch (IOException e) {
                throw wasStalled()
                        ? new IOException("next to nothing came in " + limit.toMillis() / 1000.0 + " s of waiting", e)
                        : e;
            } finally {
                end(count);
            }
            return count;
        }

        private synchronized void begin() {
            waitingSince = System.nanoTime();
            waiting = true;
        }

        private synchronized void end(int count) {
            waited += System.nanoTime() - waitingSince;
            waiting = false;
            came += Math.max(0, count);
            if (came >= Patience.LEAST_BYTES) {
                came = 0;
                waited = 0;
            }
        }

        private synchronized boolean wasStalled() {
            return stalled;
        }

        private void look() {
            synchronized (this) {
                stalled = waiting && waited + System.nanoTime() - waitingSince > limit.toNanos();
                if (!stalled) {
                    return;
                }
            }
            close();
            try {
                transfer.close();
            } catch (IOException e) {
                // The reader sees it closed, or broken: either ends its wait.
            }
        }

        @Override
        public void close() {
            looks.cancel(false);
        }
    }
}
