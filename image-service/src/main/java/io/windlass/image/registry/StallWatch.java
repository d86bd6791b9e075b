package io.windlass.image.registry;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Breaks answers off that bring next to nothing: closes their streams, so that whoever waits for bytes gets a {@link Stalled}.
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

    /** How long next to nothing may come. */
    Duration limit() {
        return limit;
    }

    /** The same bytes, as long as they come. */
    InputStream watch(InputStream answer) {
        return new Watched(answer);
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }

    /** An answer was broken off, as it brought next to nothing. */
    static final class Stalled extends IOException {
        private static final long serialVersionUID = 1;

        Stalled(Duration limit, IOException cause) {
            super("next to nothing came in " + limit.toMillis() / 1000.0 + " s of waiting", cause);
        }
    }

    /** One answer. Read by one thread. */
    private final class Watched extends FilterInputStream {
        private final ScheduledFuture<?> looks;
        private long waited;
        private long came;
        private long waitingSince;
        private boolean waiting;
        private boolean stalled;

        private Watched(InputStream answer) {
            super(answer);
            long period = Math.max(1, limit.toMillis() / 4);
            this.looks = clock.scheduleWithFixedDelay(this::look, period, period, TimeUnit.MILLISECONDS);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            begin();
            int count = 0;
            try {
                count = in.read(buffer, from, length);
            } catch (IOException e) {
                throw wasStalled() ? new Stalled(limit, e) : e;
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
            if (count < 0) {
                looks.cancel(false);
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
            try {
                close();
            } catch (IOException e) {
                // The reader sees it closed, or broken: either ends its wait.
            }
        }

        @Override
        public void close() throws IOException {
            looks.cancel(false);
            in.close();
        }
    }
}
