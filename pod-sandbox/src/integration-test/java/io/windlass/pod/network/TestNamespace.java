package io.windlass.pod.network;

import io.windlass.linux.Kernel;
import io.windlass.linux.NamespaceType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace that lives as long as one thread in it, on which all work in it runs. Nothing is mounted for it:
 * its "pin" is the thread's own entry under /proc.
 */
public final class TestNamespace implements AutoCloseable {
    private static final long TIMEOUT_SECONDS = 60;

    private final ExecutorService thread;
    private final Path pin;

    private TestNamespace(ExecutorService thread, Path pin) {
        this.thread = thread;
        this.pin = pin;
    }

    public static TestNamespace create(String name) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("netns " + name).factory());
        Path pin = thread.submit(() -> {
                    new Kernel().unshare(NamespaceType.NETWORK.flag());
                    Path own = Files.readSymbolicLink(Path.of("/proc/thread-self"));
                    return Path.of("/proc").resolve(own).resolve("ns/net");
                })
                .get();
        return new TestNamespace(thread, pin);
    }

    public Path pin() {
        return pin;
    }

    /** Runs work in the namespace; never call it from work that runs there. */
    public <T> T call(Callable<T> work) throws Exception {
        try {
            return thread.submit(work).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError error) {
                throw error;
            }
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    public void run(Action work) throws Exception {
        call(() -> {
            work.run();
            return true;
        });
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    public interface Action {
        void run() throws Exception;
    }
}
