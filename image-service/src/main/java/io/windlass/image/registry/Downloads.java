package io.windlass.image.registry;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;

/** Lets a bounded number of downloads run, of each server and in all; the others wait in the order of their coming. Thread-safe. */
final class Downloads {
    private final Semaphore overall;
    private final int perServer;
    private final Map<String, Server> servers = new HashMap<>();

    Downloads(DownloadLimits limits) {
        this.overall = new Semaphore(limits.overall(), true);
        this.perServer = limits.perServer();
    }

    /** Of who need not wait. */
    static final Place FREE = () -> {};

    /** Waits for a place, which the caller gives back. First that of the server: who waits for it takes nothing from the other servers. */
    Place acquire(String authority) {
        Server server = enter(authority);
        try {
            server.places.acquire();
            try {
                overall.acquire();
            } catch (InterruptedException e) {
                server.places.release();
                throw e;
            }
            return new Held(authority, server);
        } catch (InterruptedException e) {
            leave(authority, server);
            Thread.currentThread().interrupt();
            throw new Fault(
                    FaultKind.CANCELLED, "the wait for other downloads from " + authority + " was cancelled", e);
        }
    }

    private synchronized Server enter(String authority) {
        Server server = servers.computeIfAbsent(authority, name -> new Server(perServer));
        server.users++;
        return server;
    }

    private synchronized void leave(String authority, Server server) {
        if (--server.users == 0) {
            servers.remove(authority);
        }
    }

    private static final class Server {
        private final Semaphore places;
        private int users;

        Server(int most) {
            this.places = new Semaphore(most, true);
        }
    }

    /** The right to one download. */
    @FunctionalInterface
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    private final class Held implements Place {
        private final String authority;
        private final Server server;
        private boolean held = true;

        Held(String authority, Server server) {
            this.authority = authority;
            this.server = server;
        }

        @Override
        public synchronized void close() {
            if (held) {
                held = false;
                overall.release();
                server.places.release();
                leave(authority, server);
            }
        }
    }
}
