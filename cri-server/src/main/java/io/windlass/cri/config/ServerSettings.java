package io.windlass.cri.config;

import java.nio.file.Path;
import java.util.List;

/**
 * {@code [server]}: the CRI socket.
 *
 * @param allowedUids users whose calls are answered; the socket file itself is open to root only
 */
public record ServerSettings(Path listen, List<Long> allowedUids) {
    /** The socket's name in the state folder, where it lies unless it is said to lie elsewhere. */
    static final String SOCKET = "windlass.sock";

    static ServerSettings read(Section section, Path state) {
        return new ServerSettings(
                section.parsed(
                        "listen",
                        state.resolve(SOCKET),
                        Parsers::absolutePath,
                        Path::toString,
                        "The Unix socket that kubelet and crictl connect to (--listen)."),
                section.integers(
                        "allowed_uids",
                        List.of(0L),
                        "Users whose calls are answered. The socket's mode is 0660 root:root besides."));
    }
}
