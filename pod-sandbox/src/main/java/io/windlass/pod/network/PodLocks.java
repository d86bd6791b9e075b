package io.windlass.pod.network;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Lets operations on one pod wait for each other. A few pods may share a lock; none has two. Thread-safe. */
public final class PodLocks {
    private static final int LOCKS = 64;

    private final List<ReentrantLock> locks =
            Stream.generate(ReentrantLock::new).limit(LOCKS).toList();

    public <T> T locked(String podId, Supplier<T> work) {
        ReentrantLock lock = locks.get(Math.floorMod(podId.hashCode(), LOCKS));
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }
}
