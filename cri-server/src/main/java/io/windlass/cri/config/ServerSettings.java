package io.windlass.cri.config;

import java.nio.file.Path;
import java.util.List;

/**
 * {@code [server]}: the CRI socket.
 *
 * @param allowedUids users whose calls are answered; the socket file itself is open to root only
 */
public record ServerSettings(Path listen, List<Long> allowedUids) {
    static ServerSettings read(Section section) {
        return new ServerSettings(
                section.parsed(
                        "listen",
                        Path.of("/run/windlass/windlass.sock"),
                        Parsers::absolutePath,
                        Path::toString,
                        "The Unix socket that kubelet and crictl connect to (--listen)."),
                section.integers(
                        "allowed_uids",
                        List.of(0L),
                        "Users whose calls are answered. The socket's mode is 0660 root:root besides."));
    }
}
