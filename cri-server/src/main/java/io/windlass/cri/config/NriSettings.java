package io.windlass.cri.config;

import java.nio.file.Path;

/** {@code [nri]}: the Node Resource Interface, for plugins that adjust pods and containers. */
public record NriSettings(boolean enabled, Path socket) {
    static NriSettings read(Section section) {
        return new NriSettings(
                section.parsedFlag(
                        "enabled",
                        false,
                        NriSettings::refuse,
                        "Whether plugins may connect. Not supported yet: true is refused."),
                section.parsed(
                        "socket",
                        Path.of("/var/run/nri/nri.sock"),
                        Parsers::absolutePath,
                        Path::toString,
                        "The Unix socket that plugins connect to."));
    }

    private static boolean refuse(boolean enabled) {
        if (enabled) {
            throw new IllegalArgumentException("windlass does not support NRI yet; leave it false");
        }
        return false;
    }
}
