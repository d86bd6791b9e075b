package io.windlass.cri.config;

import java.net.InetSocketAddress;
import java.time.Duration;

/** {@code [streaming]}: the HTTP server that carries exec, attach and port-forward. */
public record StreamingSettings(InetSocketAddress address, Duration idleTimeout) {
    static StreamingSettings read(Section section) {
        return new StreamingSettings(
                section.parsed(
                        "address",
                        Parsers.socketAddress("127.0.0.1:0"),
                        Parsers::socketAddress,
                        Parsers::show,
                        "Address and port of exec, attach and port-forward; port 0: any free one."),
                Duration.ofSeconds(section.integer(
                        "idle_timeout_seconds",
                        4 * 60 * 60,
                        1,
                        Integer.MAX_VALUE,
                        "A session over which nothing passes for so long is closed.")));
    }
}
