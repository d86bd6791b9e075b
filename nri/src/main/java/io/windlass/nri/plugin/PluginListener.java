package io.windlass.nri.plugin;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Consumer;

/** Accepts external plugins on a Unix socket that only root may use; each connection is served on a virtual thread. Thread-safe. */
final class PluginListener implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PluginListener.class.getName());

    private final Path path;
    private final ServerSocketChannel server;

    private PluginListener(Path path, ServerSocketChannel server) {
        this.path = path;
        this.server = server;
    }

    static PluginListener open(Path path, Consumer<SocketChannel> onConnection) {
        ServerSocketChannel server;
        try {
            Files.createDirectories(
                    path.toAbsolutePath().getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.deleteIfExists(path);
            server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(path));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new Fault(FaultKind.UNAVAILABLE, "cannot listen for plugins at " + path + ": " + e.getMessage(), e);
        }
        PluginListener listener = new PluginListener(path, server);
        Thread.ofVirtual().name("nri listener").start(() -> listener.accept(onConnection));
        return listener;
    }

    private void accept(Consumer<SocketChannel> onConnection) {
        while (server.isOpen()) {
            try {
                SocketChannel socket = server.accept();
                Thread.ofVirtual().name("nri plugin").start(() -> onConnection.accept(socket));
            } catch (IOException e) {
                if (server.isOpen()) {
                    LOG.log(System.Logger.Level.WARNING, "cannot accept a plugin: {0}", e.getMessage());
                }
            }
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot remove {0}: {1}", path, e.getMessage());
        }
    }
}
