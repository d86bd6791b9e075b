package io.windlass.pod.lifecycle;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;

/** Work under a lock, whose wait ends when the caller goes away. */
public final class Exclusively {
    private Exclusively() {}

    /** @param what for the message: "stop pod sandbox X" */
    public static void run(Lock lock, String what, Runnable work) {
        get(lock, what, () -> {
            work.run();
            return true;
        });
    }

    /** As {@link #run}, with a result. */
    public static <T> T get(Lock lock, String what, Supplier<T> work) {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(
                    FaultKind.CANCELLED, "cannot " + what + ": cancelled while another operation on it was running", e);
        }
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }
}
