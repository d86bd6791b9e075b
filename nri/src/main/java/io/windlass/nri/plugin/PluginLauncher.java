package io.windlass.nri.plugin;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Starts the plugins that lie in a folder, each with a connected socket as its file descriptor 3: the helper program
 * connects to a socket made for that plugin alone, and becomes the plugin. Thread-safe.
 */
final class PluginLauncher {
    private final NriSettings settings;

    PluginLauncher(NriSettings settings) {
        this.settings = settings;
    }

    /** The executable files of the folder, in their order; none when there is no such folder. */
    List<Path> discover() {
        try (Stream<Path> files = Files.list(settings.plugins())) {
            return files.filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new Fault(
                    FaultKind.UNAVAILABLE,
                    "cannot look for plugins in " + settings.plugins() + ": " + e.getMessage(),
                    e);
        }
    }

    /** The text of NN-name.conf or, without one, of name.conf; empty without either. */
    String configuration(PluginName name) {
        for (String file : List.of(name + ".conf", name.base() + ".conf")) {
            Path path = settings.configurations().resolve(file);
            try {
                return Files.readString(path);
            } catch (NoSuchFileException e) {
                // The next name, or none at all.
            } catch (IOException e) {
                throw new Fault(
                        FaultKind.UNAVAILABLE,
                        "cannot read " + path + ", the configuration of plugin " + name + ": " + e.getMessage(),
                        e);
            }
        }
        return "";
    }

    /** The plugin's process and this side of its socket. */
    Launched launch(PluginName name, Path program) {
        try {
            Path folder = Files.createTempDirectory("windlass-nri");
            Path path = folder.resolve("socket");
            try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                server.bind(UnixDomainSocketAddress.of(path));
                ProcessBuilder builder = new ProcessBuilder(
                                settings.launcher().toString(), "connect", path.toString(), program.toString())
                        .redirectInput(ProcessBuilder.Redirect.from(
                                Path.of("/dev/null").toFile()))
                        .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                        .redirectError(ProcessBuilder.Redirect.INHERIT);
                builder.environment().clear();
                builder.environment().put("NRI_PLUGIN_NAME", name.base());
                builder.environment().put("NRI_PLUGIN_IDX", name.index());
                builder.environment().put("NRI_PLUGIN_SOCKET", "3");
                Process process = builder.start();
                // A program that does not even connect must not keep this waiting.
                process.onExit().thenRun(() -> closeQuietly(server));
                return new Launched(process, server.accept());
            } finally {
                Files.deleteIfExists(path);
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            throw new Fault(FaultKind.UNAVAILABLE, "cannot start plugin " + program + ": " + e.getMessage(), e);
        }
    }

    private static void closeQuietly(ServerSocketChannel server) {
        try {
            server.close();
        } catch (IOException e) {
            System.getLogger(PluginLauncher.class.getName())
                    .log(System.Logger.Level.DEBUG, "cannot close a plugin's listening socket", e);
        }
    }

    /** A plugin's process, which ends with the daemon. */
    record Launched(Process process, SocketChannel socket) {
        private static final long GRACE_SECONDS = 2;

        /** Its socket is closed already, which well-behaved plugins take as the end. */
        void end() {
            try {
                if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
