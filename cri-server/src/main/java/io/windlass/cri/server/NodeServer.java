package io.windlass.cri.server;

import io.grpc.ServerServiceDefinition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The operator's socket: root's alone, by the file's mode and by whose calls are answered. Thread-safe. */
public final class NodeServer implements AutoCloseable {
    private final CriServer server;

    public NodeServer(Path path, ServerServiceDefinition service) {
        this.server = new CriServer(path, CriServer.Access.OWNER, Set.of(0L), List.of(service));
    }

    /** Binds the socket: from here on calls are answered. */
    public void start() {
        server.start();
    }

    @Override
    public void close() {
        server.stop(Duration.ofSeconds(5));
    }
}
