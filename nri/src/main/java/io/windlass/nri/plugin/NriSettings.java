package io.windlass.nri.plugin;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How plugins come and how long they may take.
 *
 * @param socket where external plugins connect; empty: they may not
 * @param plugins the folder of plugins that are started with the daemon, named NN-name
 * @param configurations the folder of their configurations, NN-name.conf or name.conf
 * @param launcher the helper program that starts a plugin with its socket
 * @param registration the time for a plugin to register
 * @param request the time for a plugin to answer a request
 * @param synchronization the time for a plugin to take in the pods and containers that there are
 */
public record NriSettings(
        Optional<Path> socket,
        Path plugins,
        Path configurations,
        Path launcher,
        Duration registration,
        Duration request,
        Duration synchronization,
        String runtimeVersion) {}
