package io.windlass.nri.plugin;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.nri.adjustment.Changes;
import io.windlass.nri.message.ContainerMessages;
import io.windlass.nri.message.PodMessages;
import io.windlass.nri.ttrpc.RpcClient;
import io.windlass.nri.ttrpc.RpcException;
import io.windlass.pod.plugin.PluginTarget;
import io.windlass.proto.nri.Container;
import io.windlass.proto.nri.ContainerUpdate;
import io.windlass.proto.nri.PodSandbox;
import io.windlass.proto.nri.SynchronizeRequest;
import io.windlass.proto.nri.SynchronizeResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Shows a new plugin all pods and containers, in as many messages as they need, and applies what it asks for. */
final class Synchronization {
    /** What a pod or a container takes beside itself, at most: its field's number and its length. */
    private static final int FIELD = 6;
    /** The rest of a call's longest data is for its names. */
    private static final int LONGEST = RpcClient.LONGEST - 1024;

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
        target.update(Changes.wanted(send(plugin, present), plugin.name().toString()));
    }

    private List<ContainerUpdate> send(Plugin plugin, Present present) {
        List<SynchronizeRequest> messages = messages(present, LONGEST);
        for (SynchronizeRequest message : messages) {
            SynchronizeResponse response;
            try {
                response = plugin.call("Synchronize", message, SynchronizeResponse.parser(), timeout);
            } catch (RpcException e) {
                throw failure(plugin, e.getMessage());
            }
            if (!message.getMore()) {
                return response.getUpdateList();
            }
            if (!response.getMore() || response.getUpdateCount() > 0) {
                throw failure(plugin, "it does not know how to take pods and containers in several messages");
            }
        }
        throw new IllegalStateException("the last message says that there are more");
    }

    /** As few messages as have room for everything: pods first; one at least. */
    static List<SynchronizeRequest> messages(Present present, int longest) {
        List<SynchronizeRequest.Builder> messages = new ArrayList<>();
        messages.add(SynchronizeRequest.newBuilder());
        int length = 0;
        for (PodSandbox pod : present.pods()) {
            length = room(messages, length, pod.getSerializedSize(), longest);
            messages.getLast().addPods(pod);
        }
        for (Container container : present.containers()) {
            length = room(messages, length, container.getSerializedSize(), longest);
            messages.getLast().addContainers(container);
        }
        messages.subList(0, messages.size() - 1).forEach(message -> message.setMore(true));
        return messages.stream().map(SynchronizeRequest.Builder::build).toList();
    }

    /** Begins another message when this object has no room in the last one; returns the length with it. */
    private static int room(List<SynchronizeRequest.Builder> messages, int length, int object, int longest) {
        int added = object + FIELD;
        if (length == 0 || length + added <= longest) {
            return length + added;
        }
        messages.add(SynchronizeRequest.newBuilder());
        return added;
    }

    private static Fault failure(Plugin plugin, String reason) {
        return new Fault(FaultKind.UNAVAILABLE, "cannot synchronize plugin " + plugin.name() + ": " + reason);
    }

    /** Pods and containers at one moment. */
    record Present(List<PodSandbox> pods, List<Container> containers) {}
}
