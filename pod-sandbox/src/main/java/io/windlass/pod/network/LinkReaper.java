package io.windlass.pod.network;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.linux.Errno;
import io.windlass.linux.SyscallException;
import io.windlass.linux.netlink.RouteRequest;
import io.windlass.linux.netlink.RouteSocket;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Deletes the links of detached pods behind their backs: the kernel takes tens of milliseconds for one, but no longer for
 * many at once. Links that have gone with their namespace by then cost nothing.
 *
 * <p>Thread-safe. What was not done when the process ends is still in the store, and done at the next start.
 */
final class LinkReaper implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LinkReaper.class.getName());
    private static final Duration GATHERING = Duration.ofMillis(30);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_FLUSH = Duration.ofSeconds(20);
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(5);

    private final RouteSocket routes;
    private final int group;
    private final Consumer<Lease> gone;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Lease> doomed = new ArrayList<>();
    private final Thread thread;
    private String failure = "";
    private int flushing;
    private boolean closed;

    /**
     * @param group a link group that nothing but this instance uses: links are moved there to be deleted together
     * @param gone told of each lease whose link does not exist any more
     */
    LinkReaper(RouteSocket routes, int group, Consumer<Lease> gone) {
        this.routes = routes;
        this.group = group;
        this.gone = gone;
        this.thread = Thread.ofPlatform().daemon().name("link reaper").start(this::run);
    }

    void add(Lease lease) {
        lock.lock();
        try {
            doomed.add(lease);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all links added so far are gone. */
    void flush() {
        lock.lock();
        flushing++;
        try {
            changed.signalAll();
            long left = LONGEST_FLUSH.toNanos();
            while (!doomed.isEmpty()) {
                if (left <= 0 || !thread.isAlive()) {
                    throw new Fault(
                            FaultKind.UNAVAILABLE,
                            "cannot delete the links of %d detached pods: %s".formatted(doomed.size(), failure));
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "cannot wait for links to be deleted: interrupted", e);
        } finally {
            flushing--;
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (awaitWork()) {
                List<Lease> batch = batch();
                if (!finish(batch, delete(batch))) {
                    // Closed, and it did not work: the rest is in the store.
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean awaitWork() throws InterruptedException {
        lock.lock();
        try {
            while (doomed.isEmpty() && !closed) {
                changed.await();
            }
            long left = (failure.isEmpty() ? GATHERING : RETRY).toNanos();
            while (left > 0 && flushing == 0 && !closed) {
                left = changed.awaitNanos(left);
            }
            return !doomed.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private List<Lease> batch() {
        lock.lock();
        try {
            return List.copyOf(doomed);
        } finally {
            lock.unlock();
        }
    }

    /** @return what went wrong; empty when all links are gone */
    private String delete(List<Lease> batch) {
        try {
            boolean any = false;
            for (Lease lease : batch) {
                any |= condemn(lease.link());
            }
            if (any) {
                routes.apply(RouteRequest.deleteGroup(group));
            }
            batch.forEach(gone);
            return "";
        } catch (SyscallException | Fault e) {
            LOG.log(Level.WARNING, "cannot delete the links of {0} detached pods, trying again: {1}", batch.size(), e);
            return String.valueOf(e.getMessage());
        }
    }

    private boolean condemn(String link) {
        try {
            routes.apply(RouteRequest.setGroup(link, group));
            return true;
        } catch (SyscallException e) {
            if (e.is(Errno.ENODEV)) {
                return false;
            }
            throw e;
        }
    }

    /** @return whether there is any use in going on */
    private boolean finish(List<Lease> batch, String problem) {
        lock.lock();
        try {
            failure = problem;
            if (problem.isEmpty()) {
                doomed.removeAll(batch);
            }
            changed.signalAll();
            return problem.isEmpty() || !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Does what is left to do, if that is possible at once. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            if (!thread.join(LONGEST_CLOSE)) {
                LOG.log(Level.WARNING, "the link reaper did not end within {0}", LONGEST_CLOSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        routes.close();
    }
}
