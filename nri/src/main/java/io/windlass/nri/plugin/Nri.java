package io.windlass.nri.plugin;

import io.windlass.fault.Fault;
import io.windlass.pod.plugin.PluginTarget;
import io.windlass.pod.plugin.PodPlugins;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The Node Resource Interface: starts the plugins that lie in a folder, admits those that connect, and has all of them take
 * part. Thread-safe.
 */
public final class Nri implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Nri.class.getName());

    private final NriSettings settings;
    private final PluginRegistry registry = new PluginRegistry();
    private final NriPlugins plugins = new NriPlugins(registry);
    private final List<AutoCloseable> opened = new ArrayList<>();

    public Nri(NriSettings settings) {
        this.settings = settings;
    }

    /** What the operations call; nobody takes part before {@link #start}. */
    public PodPlugins plugins() {
        return plugins;
    }

    /** The names of those that take part, in the order of their turns. */
    public List<String> names() {
        return registry.plugins().stream()
                .map(plugin -> plugin.name().toString())
                .toList();
    }

    /** Starts plugins and listens for more. A plugin that cannot be started is logged and left out. */
    public synchronized void start(PluginTarget target) {
        Registration registration = new Registration(settings, target);
        Synchronization synchronization = new Synchronization(target, settings.synchronization());
        plugins.evictBy(eviction -> Registration.evict(target, eviction));
        PluginLauncher launcher = new PluginLauncher(settings);
        for (Path program : launcher.discover()) {
            try {
                launch(launcher, program, registration, synchronization);
            } catch (Fault e) {
                LOG.log(System.Logger.Level.ERROR, "plugin {0} does not take part: {1}", program, e.getMessage());
            }
        }
        settings.socket()
                .ifPresent(path -> opened.add(
                        PluginListener.open(path, socket -> connected(socket, registration, synchronization))));
    }

    private void launch(
            PluginLauncher launcher, Path program, Registration registration, Synchronization synchronization) {
        PluginName name = PluginName.parse(program.getFileName().toString());
        String configuration = launcher.configuration(name);
        PluginLauncher.Launched launched = launcher.launch(name, program);
        opened.add(launched::end);
        registry.admit(
                registration.register(
                        launched.socket(),
                        Optional.of(name),
                        configuration,
                        () -> Thread.ofVirtual().name("end of plugin " + name).start(launched::end)),
                synchronization);
    }

    private void connected(SocketChannel socket, Registration registration, Synchronization synchronization) {
        try {
            registry.admit(registration.register(socket, Optional.empty(), "", () -> {}), synchronization);
        } catch (Fault e) {
            LOG.log(System.Logger.Level.WARNING, "a plugin that connected does not take part: {0}", e.getMessage());
        }
    }

    /** Ends every plugin's connection, and those that were started here. */
    @Override
    public synchronized void close() {
        registry.close();
        for (AutoCloseable resource : opened.reversed()) {
            try {
                resource.close();
            } catch (Exception e) {
                LOG.log(System.Logger.Level.WARNING, "cannot end " + resource, e);
            }
        }
        opened.clear();
    }
}
