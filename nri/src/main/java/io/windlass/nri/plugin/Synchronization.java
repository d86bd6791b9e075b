package io.windlass.nri.plugin;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.nri.adjustment.Changes;
import io.windlass.nri.message.ContainerMessages;
import io.windlass.nri.message.PodMessages;
import io.windlass.nri.ttrpc.RpcException;
import io.windlass.nri.ttrpc.RpcException.Reason;
import io.windlass.pod.plugin.PluginTarget;
import io.windlass.proto.nri.Container;
import io.windlass.proto.nri.ContainerUpdate;
import io.windlass.proto.nri.PodSandbox;
import io.windlass.proto.nri.SynchronizeRequest;
import io.windlass.proto.nri.SynchronizeResponse;
import java.time.Duration;
import java.util.List;

/** Shows a new plugin all pods and containers, in as many messages as they need, and applies what it asks for. */
final class Synchronization {
    /** A message with so few objects that is still too long cannot be divided in a useful way. */
    private static final int FEWEST = 8;

    private final PluginTarget target;
    private final Duration timeout;

    /** @param timeout for each message */
    Synchronization(PluginTarget target, Duration timeout) {
        this.target = target;
        this.timeout = timeout;
    }

    /** What there is; to be asked while no pod or container changes. */
    Present present() {
        return new Present(
                target.pods().stream().map(PodMessages::of).toList(),
                target.containers().stream().map(ContainerMessages::of).toList());
    }

    void run(Plugin plugin, Present present) {
        target.update(Changes.of(send(plugin, present.pods(), present.containers())));
    }

    private List<ContainerUpdate> send(Plugin plugin, List<PodSandbox> pods, List<Container> containers) {
        int podsAtOnce = pods.size();
        int containersAtOnce = containers.size();
        while (true) {
            podsAtOnce = Math.min(podsAtOnce, pods.size());
            containersAtOnce = Math.min(containersAtOnce, containers.size());
            boolean more = podsAtOnce < pods.size() || containersAtOnce < containers.size();
            SynchronizeRequest request = SynchronizeRequest.newBuilder()
                    .addAllPods(pods.subList(0, podsAtOnce))
                    .addAllContainers(containers.subList(0, containersAtOnce))
                    .setMore(more)
                    .build();
            SynchronizeResponse response;
            try {
                response = plugin.call("Synchronize", request, SynchronizeResponse.parser(), timeout);
            } catch (RpcException e) {
                if (e.reason() != Reason.TOO_LONG || podsAtOnce + containersAtOnce <= FEWEST) {
                    throw failure(plugin, e.getMessage());
                }
                podsAtOnce = half(podsAtOnce);
                containersAtOnce = half(containersAtOnce);
                continue;
            }
            if (!more) {
                return response.getUpdateList();
            }
            if (!response.getMore() || response.getUpdateCount() > 0) {
                throw failure(plugin, "it does not know how to take pods and containers in several messages");
            }
            pods = pods.subList(podsAtOnce, pods.size());
            containers = containers.subList(containersAtOnce, containers.size());
        }
    }

    private static int half(int count) {
        return count == 0 ? 0 : Math.max(1, count / 2);
    }

    private static Fault failure(Plugin plugin, String reason) {
        return new Fault(FaultKind.UNAVAILABLE, "cannot synchronize plugin " + plugin.name() + ": " + reason);
    }

    /** Pods and containers at one moment. */
    record Present(List<PodSandbox> pods, List<Container> containers) {}
}
