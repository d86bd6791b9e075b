package io.windlass.cri.config;

import java.nio.file.Path;
import java.time.Duration;

/**
 * {@code [nri]}: the Node Resource Interface, for plugins that adjust pods and containers.
 *
 * @param socket where external plugins connect
 * @param pluginPath the folder of plugins that are started with the daemon
 * @param pluginConfigPath the folder of their configurations
 */
public record NriSettings(
        boolean enabled,
        Path socket,
        boolean external,
        Path pluginPath,
        Path pluginConfigPath,
        Duration registrationTimeout,
        Duration requestTimeout,
        Duration synchronizationTimeout) {
    /** Where plugins look for the socket. */
    private static final Path USUAL = Path.of("/var/run/nri/nri.sock");

    private static final long HOUR = 3_600_000;

    static NriSettings read(Section section, Path state) {
        return new NriSettings(
                section.flag("enabled", true, "Whether plugins may take part in the life of pods and containers."),
                section.parsed(
                        "socket",
                        socket(state),
                        Parsers::absolutePath,
                        Path::toString,
                        "The Unix socket that plugins connect to; with another state folder, nri.sock there (--nri-socket)."),
                section.flag("external", true, "Whether plugins may connect to the socket."),
                folder(
                        section,
                        "plugin_path",
                        "/opt/nri/plugins",
                        "The folder of plugins named NN-NAME that are started with the daemon."),
                folder(
                        section,
                        "plugin_config_path",
                        "/etc/nri/conf.d",
                        "The folder of their configurations: NN-NAME.conf or, without one, NAME.conf."),
                milliseconds(
                        section,
                        "registration_timeout_ms",
                        5000,
                        "Milliseconds for a plugin that connected to register."),
                milliseconds(
                        section,
                        "request_timeout_ms",
                        2000,
                        "Milliseconds for a plugin to answer before it is given up."),
                milliseconds(
                        section,
                        "synchronization_timeout_ms",
                        10_000,
                        "Milliseconds for a plugin that registered to take in the pods and containers that there are."));
    }

    /** A daemon beside the node's usual one does not take away the usual one's plugins. */
    private static Path socket(Path state) {
        return state.equals(ConfigLayout.STATE) ? USUAL : state.resolve("nri.sock");
    }

    private static Path folder(Section section, String key, String fallback, String description) {
        return section.parsed(key, Path.of(fallback), Parsers::absolutePath, Path::toString, description);
    }

    private static Duration milliseconds(Section section, String key, long fallback, String description) {
        return Duration.ofMillis(section.integer(key, fallback, 1, HOUR, description));
    }

    /** The same where the state folder is another one. */
    NriSettings moved(Path before, Path after) {
        return socket.equals(socket(before)) ? at(socket(after)) : this;
    }

    NriSettings at(Path other) {
        return new NriSettings(
                enabled,
                other,
                external,
                pluginPath,
                pluginConfigPath,
                registrationTimeout,
                requestTimeout,
                synchronizationTimeout);
    }

    /** Enabled, at that socket: who names it wants it. */
    NriSettings enabledAt(Path other) {
        return new NriSettings(
                true,
                other,
                true,
                pluginPath,
                pluginConfigPath,
                registrationTimeout,
                requestTimeout,
                synchronizationTimeout);
    }
}
