package io.windlass.cri.config;

import java.nio.file.Path;
import java.util.List;

/**
 * {@code [server]}: the CRI socket, and the operator's.
 *
 * @param nodeListen the socket of the operator's API, which answers root only
 * @param allowedUids users whose calls are answered; the socket file itself is open to root only
 */
public record ServerSettings(Path listen, List<Long> allowedUids, Path nodeListen) {
    /** The socket's name in the state folder, where it lies unless it is said to lie elsewhere. */
    static final String SOCKET = "windlass.sock";

    static final String NODE_SOCKET = "node.sock";

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
                        "Users whose calls are answered. The socket's mode is 0660 root:root besides."),
                section.parsed(
                        "node_listen",
                        state.resolve(NODE_SOCKET),
                        Parsers::absolutePath,
                        Path::toString,
                        "The Unix socket of the operator's API, for the command windlass; its mode is 0600, and only root is"
                                + " answered."));
    }
}
