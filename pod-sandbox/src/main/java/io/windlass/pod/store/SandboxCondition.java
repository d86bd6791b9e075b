package io.windlass.pod.store;

import io.windlass.pod.model.LinuxContainerResources;
import io.windlass.pod.model.SandboxState;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * What changes about a sandbox.
 *
 * @param overhead as last updated; empty: as it was made
 * @param resources as last updated; empty: as it was made
 */
public record SandboxCondition(
        SandboxState state,
        List<InetAddress> addresses,
        Optional<LinuxContainerResources> overhead,
        Optional<LinuxContainerResources> resources) {
    public SandboxCondition {
        addresses = List.copyOf(addresses);
    }

    /** Of a sandbox that was just made. */
    public static SandboxCondition made(SandboxState state, List<InetAddress> addresses) {
        return new SandboxCondition(state, addresses, Optional.empty(), Optional.empty());
    }

    public SandboxCondition withState(SandboxState next) {
        return new SandboxCondition(next, addresses, overhead, resources);
    }

    public SandboxCondition withResources(
            Optional<LinuxContainerResources> nextOverhead, Optional<LinuxContainerResources> nextResources) {
        return new SandboxCondition(state, addresses, nextOverhead, nextResources);
    }
}
