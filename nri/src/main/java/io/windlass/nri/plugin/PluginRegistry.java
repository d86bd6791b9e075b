package io.windlass.nri.plugin;

import io.windlass.fault.Fault;
import io.windlass.pod.plugin.PodPlugins;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** The plugins in the order of their turns, and the gate that new ones wait at. Thread-safe. */
final class PluginRegistry implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PluginRegistry.class.getName());

    /** For a plugin to hear of the daemon's end. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    /** Fair, so that a stream of operations does not keep a new plugin waiting for ever. */
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock(true);

    private volatile List<Plugin> plugins = List.of();
    private boolean ended;

    PodPlugins.Hold hold() {
        gate.readLock().lock();
        return gate.readLock()::unlock;
    }

    /** Those that live. */
    List<Plugin> plugins() {
        if (plugins.stream().anyMatch(Plugin::closed)) {
            dropClosed();
        }
        return plugins;
    }

    private synchronized void dropClosed() {
        plugins = plugins.stream().filter(plugin -> !plugin.closed()).toList();
    }

    /**
     * Has the plugin take part: it is shown everything that there is at one moment between operations, and hears of what
     * happens later when it has taken that in.
     */
    void admit(Plugin plugin, Synchronization synchronization) {
        try {
            plugin.inTurn(() -> synchronization.run(plugin, join(plugin, synchronization)));
        } catch (Fault e) {
            plugin.close();
            throw e;
        }
        LOG.log(System.Logger.Level.INFO, "plugin {0} takes part", plugin.name());
    }

    private Synchronization.Present join(Plugin plugin, Synchronization synchronization) {
        gate.writeLock().lock();
        try {
            Synchronization.Present present = synchronization.present();
            add(plugin);
            return present;
        } finally {
            gate.writeLock().unlock();
        }
    }

    private synchronized void add(Plugin plugin) {
        if (ended) {
            throw Fault.precondition("cannot admit plugin " + plugin.name() + ": the daemon ends");
        }
        List<Plugin> next = new ArrayList<>(plugins);
        int turn = 0;
        while (turn < next.size() && next.get(turn).name().compareTo(plugin.name()) <= 0) {
            turn++;
        }
        next.add(turn, plugin);
        plugins = List.copyOf(next);
    }

    /** Tells the plugins that the daemon ends, all at a time, and lets them go; nobody joins any more. */
    @Override
    public void close() {
        List<Plugin> last;
        synchronized (this) {
            ended = true;
            last = plugins;
            plugins = List.of();
        }
        List<Thread> told = last.stream()
                .map(plugin ->
                        Thread.ofVirtual().name("shutdown of " + plugin.name()).start(() -> plugin.shutdown(FAREWELL)))
                .toList();
        try {
            for (Thread thread : told) {
                thread.join(FAREWELL);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            last.forEach(Plugin::close);
        }
    }
}
