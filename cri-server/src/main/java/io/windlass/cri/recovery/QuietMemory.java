package io.windlass.cri.recovery;

import io.windlass.linux.FilePages;
import io.windlass.linux.SyscallException;
import io.windlass.pod.events.PodEvents;
import java.nio.file.Path;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Gives back, once each time no pod has changed for a while, the pages of the JVM and of its class archive that only starts and
 * bursts need. A busy daemon is left alone. Thread-safe.
 */
public final class QuietMemory implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(QuietMemory.class);

    private final Duration quiet;
    private final Runnable giveBack;
    private final PodEvents.Subscription subscription;
    private final Thread thread;
    private boolean active = true;

    QuietMemory(PodEvents events, Duration quiet, Runnable giveBack) {
        this.quiet = quiet;
        this.giveBack = giveBack;
        this.subscription = events.subscribe(_ -> changed());
        this.thread = Thread.ofPlatform().daemon().name("quiet-memory").start(this::run);
    }

    /** Watches {@code events} until it is closed. */
    public static QuietMemory watch(PodEvents events) {
        return new QuietMemory(events, Duration.ofSeconds(10), QuietMemory::giveBack);
    }

    private static void giveBack() {
        try {
            int mappings = FilePages.giveBack(QuietMemory::isOfTheJvm);
            LOG.debugf("gave back the pages of %d mappings", mappings);
        } catch (SyscallException e) {
            LOG.debugf("cannot give back memory: %s", e.getMessage());
        }
    }

    private static boolean isOfTheJvm(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(".aot") || name.equals("libjvm.so") || file.endsWith("lib/modules");
    }

    private synchronized void changed() {
        active = true;
        notifyAll();
    }

    private void run() {
        try {
            while (true) {
                awaitQuiet();
                giveBack.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns when something has changed since the last return, and then nothing for the quiet time. */
    private synchronized void awaitQuiet() throws InterruptedException {
        while (!active) {
            wait();
        }
        while (active) {
            active = false;
            wait(quiet.toMillis());
        }
    }

    @Override
    public void close() {
        subscription.close();
        thread.interrupt();
    }
}
