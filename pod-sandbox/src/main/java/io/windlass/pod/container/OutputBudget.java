package io.windlass.pod.container;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.util.concurrent.atomic.AtomicLong;

/** How much output all commands together may have kept: one that is allowed the most on both streams, and some small ones. Thread-safe. */
final class OutputBudget {
    static final long MOST = 34L << 20;

    private final AtomicLong left = new AtomicLong(MOST);

    Share share(String what) {
        return new Share(what);
    }

    /** What one command has taken. Not thread-safe. */
    final class Share implements AutoCloseable {
        private final String what;
        private long taken;

        private Share(String what) {
            this.what = what;
        }

        void take(long bytes) {
            if (left.addAndGet(-bytes) < 0) {
                left.addAndGet(bytes);
                throw new Fault(
                        FaultKind.RESOURCE_EXHAUSTED,
                        "cannot keep the output of " + what + ": commands under way have already written "
                                + (MOST >> 20) + " MiB; retry");
            }
            taken += bytes;
        }

        @Override
        public void close() {
            left.addAndGet(taken);
            taken = 0;
        }
    }
}
