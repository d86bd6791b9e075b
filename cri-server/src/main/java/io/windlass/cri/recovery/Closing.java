package io.windlass.cri.recovery;

import jakarta.inject.Singleton;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jboss.logging.Logger;

/** Closes what was opened, latest first; one that fails does not keep the others open. Thread-safe. */
@Singleton
public final class Closing implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Closing.class);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /** Remembers {@code resource}, and hands it back. */
    public synchronized <T extends AutoCloseable> T later(T resource) {
        opened.push(resource);
        return resource;
    }

    @Override
    public synchronized void close() {
        while (!opened.isEmpty()) {
            AutoCloseable resource = opened.pop();
            try {
                resource.close();
            } catch (Exception e) {
                LOG.warnf(e, "cannot close %s", resource);
            }
        }
    }
}
