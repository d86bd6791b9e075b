package io.windlass.pod.store;

import io.windlass.pod.model.SandboxState;
import java.net.InetAddress;
import java.util.List;

/** What changes about a sandbox. */
public record SandboxCondition(SandboxState state, List<InetAddress> addresses) {
    public SandboxCondition {
        addresses = List.copyOf(addresses);
    }

    public SandboxCondition withState(SandboxState next) {
        return new SandboxCondition(next, addresses);
    }
}
