package io.windlass.nri.plugin;

import io.windlass.fault.Fault;
import io.windlass.pod.plugin.PodPlugins;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** The synchronized plugins in the order of their turns, and the gate that new ones wait at. Thread-safe. */
final class PluginRegistry implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PluginRegistry.class.getName());

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

    /** Shows the plugin everything while nothing changes; from then on it takes part. */
    void admit(Plugin plugin, Synchronization synchronization) {
        gate.writeLock().lock();
        try {
            synchronization.run(plugin);
            add(plugin);
        } catch (Fault e) {
            plugin.close();
            throw e;
        } finally {
            gate.writeLock().unlock();
        }
        LOG.log(System.Logger.Level.INFO, "plugin {0} takes part", plugin.name());
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

    @Override
    public synchronized void close() {
        ended = true;
        plugins.forEach(Plugin::close);
        plugins = List.of();
    }
}
