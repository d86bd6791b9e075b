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
import java.util.List;

/** Shows a new plugin all pods and containers, in as many messages as they need, and applies what it asks for. */
final class Synchronization {
    /** A message with so few objects that is still too long cannot be divided in a useful way. */
    private static final int FEWEST = 8;

    private final PluginTarget target;

    Synchronization(PluginTarget target) {
        this.target = target;
    }

    /** While no pod or container changes. */
    void run(Plugin plugin) {
        List<PodSandbox> pods = target.pods().stream().map(PodMessages::of).toList();
        List<Container> containers =
                target.containers().stream().map(ContainerMessages::of).toList();
        List<ContainerUpdate> updates = send(plugin, pods, containers);
        target.update(Changes.of(updates));
    }

    private static List<ContainerUpdate> send(Plugin plugin, List<PodSandbox> pods, List<Container> containers) {
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
                response = plugin.call("Synchronize", request, SynchronizeResponse.parser());
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
}
