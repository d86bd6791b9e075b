package io.windlass.cri.wiring;

import io.quarkus.runtime.annotations.CommandLineArguments;
import io.windlass.cri.config.CommandLine;
import io.windlass.cri.config.Config;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The configuration that the daemon was started with. */
@Singleton
final class ConfigWiring {
    @Produces
    @Singleton
    Config config(@CommandLineArguments String[] arguments) {
        return CommandLine.parse(arguments).config();
    }
}
