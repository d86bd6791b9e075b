package io.windlass.pod.plugin;

import io.windlass.pod.store.SandboxDefinition;
import io.windlass.runtime.shim.PodNamespace;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A sandbox as plugins see it.
 *
 * @param addresses of its network; empty for the host's
 * @param namespaces where the namespaces of its own are pinned
 * @param pid of the process that stands for the sandbox, in the node's PID namespace; 0 when it is gone
 */
public record PodView(
        SandboxDefinition definition, List<InetAddress> addresses, Map<PodNamespace, Path> namespaces, long pid) {
    public PodView {
        addresses = List.copyOf(addresses);
        namespaces = Map.copyOf(namespaces);
    }
}
