package io.windlass.linux;

import io.windlass.fault.Fault;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Runs work inside another namespace.
 *
 * <p>A namespace belongs to a thread, and a thread that has entered one can hardly be trusted to have left it: the work runs
 * on a platform thread of its own (never on a carrier of virtual threads), which ends afterwards.
 */
public final class NamespaceThread {
    private static final Syscalls KERNEL = new Kernel();
    private static final int CLONE_FS = 0x200;

    private NamespaceThread() {}

    /**
     * Runs {@code work} in the namespace that {@code namespaceFile} (a pin, or /proc/PID/ns/NAME) stands for, and waits for it.
     * Interrupting the caller interrupts the work. A user namespace cannot be entered: the kernel allows that to processes of
     * one thread only.
     */
    public static <T> T call(Path namespaceFile, NamespaceType type, Callable<T> work) {
        return onOwnThread("namespace " + namespaceFile, () -> {
            try (Fd namespace = KERNEL.open(namespaceFile, OpenFlags.READ_ONLY, 0)) {
                if (type == NamespaceType.MOUNT) {
                    // The kernel changes the root and working directory too, which no other thread may share then.
                    KERNEL.unshare(CLONE_FS);
                }
                KERNEL.setns(namespace, type);
            } catch (SyscallException e) {
                throw e.fault("cannot enter namespace " + namespaceFile);
            }
            return work.call();
        });
    }

    /** Runs {@code work} in new namespaces that end with it, unless something keeps them. */
    public static <T> T inNew(int cloneFlags, Callable<T> work) {
        return onOwnThread("new namespace", () -> {
            KERNEL.unshare(cloneFlags);
            return work.call();
        });
    }

    private static <T> T onOwnThread(String name, Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = Thread.ofPlatform().daemon().name(name).start(task);
        boolean interrupted = false;
        while (true) {
            try {
                return task.get();
            } catch (InterruptedException e) {
                // Half-done work in a namespace must not go on behind the caller's clean-up: told to stop, then
                // awaited.
                thread.interrupt();
                interrupted = true;
            } catch (ExecutionException e) {
                throw rethrown(name, e.getCause());
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    private static RuntimeException rethrown(String name, @Nullable Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException unchecked
                ? unchecked
                : Fault.internal("cannot work in " + name + ": " + cause, cause);
    }
}
