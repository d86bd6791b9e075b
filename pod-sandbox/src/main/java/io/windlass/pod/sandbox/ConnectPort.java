package io.windlass.pod.sandbox;

import io.windlass.fault.Fault;
import io.windlass.pod.model.PodSandboxId;
import java.nio.channels.SocketChannel;

/** Opens a connection to a port inside a sandbox's network (CRI {@code PortForward}). Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class ConnectPort {
    /** A sandbox that can be forwarded to, or a fault; for the answer to the RPC itself. */
    public PodSandboxId check(String id) {
        throw Fault.unimplemented("cannot forward to pod sandbox " + id + ": not built yet");
    }

    /** A connected, blocking channel to the sandbox's loopback. */
    public SocketChannel connect(String id, int port) {
        throw Fault.unimplemented("cannot forward to port " + port + " of pod sandbox " + id + ": not built yet");
    }
}
