package io.windlass.pod.sandbox;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.linux.NamespaceThread;
import io.windlass.linux.NamespaceType;
import io.windlass.pod.lifecycle.PodFolders;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.store.PodStore;
import io.windlass.pod.store.Sandbox;
import io.windlass.runtime.shim.PodNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;

/** Opens a connection to a port inside a sandbox's network (CRI {@code PortForward}). Thread-safe. */
public final class ConnectPort {
    private static final List<String> LOOPBACK = List.of("127.0.0.1", "::1");
    private static final int HIGHEST_PORT = 65535;

    private final PodStore store;
    private final PodFolders folders;

    public ConnectPort(PodStore store, PodFolders folders) {
        this.store = store;
        this.folders = folders;
    }

    /** A sandbox that can be forwarded to, or a fault; for the answer to the RPC itself. */
    public PodSandboxId check(String id) {
        Sandbox sandbox = store.sandbox(id);
        if (!sandbox.ready()) {
            throw Fault.precondition("cannot forward to pod sandbox " + sandbox.id() + ": it is not ready");
        }
        return sandbox.id();
    }

    /** A connected, blocking channel to the sandbox's loopback. */
    public SocketChannel connect(String id, int port) {
        PodSandboxId sandbox = check(id);
        if (port < 1 || port > HIGHEST_PORT) {
            throw Fault.invalid("cannot forward to port " + port + " of pod sandbox " + sandbox + ": no such port");
        }
        if (store.sandbox(id).definition().hostNetwork()) {
            return dial(sandbox, port);
        }
        Path namespace = folders.namespace(sandbox, PodNamespace.NET);
        return NamespaceThread.call(namespace, NamespaceType.NETWORK, () -> dial(sandbox, port));
    }

    /** A socket stays in the network namespace of the thread that made it. IPv6 is tried when IPv4 does not listen. */
    private static SocketChannel dial(PodSandboxId sandbox, int port) {
        IOException last = new IOException("no address");
        for (String address : LOOPBACK) {
            try {
                return SocketChannel.open(new InetSocketAddress(InetAddress.ofLiteral(address), port));
            } catch (IOException e) {
                last = e;
            }
        }
        throw new Fault(
                FaultKind.UNAVAILABLE,
                "cannot forward to port " + port + " of pod sandbox " + sandbox + ": " + last.getMessage(),
                last);
    }
}
