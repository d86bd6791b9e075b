package io.windlass.cri.grpc;

import io.windlass.cri.mapping.EventMapping;
import io.windlass.cri.server.RpcTable;
import io.windlass.cri.v1.ContainerEventResponse;
import io.windlass.cri.v1.GetEventsRequest;
import io.windlass.cri.v1.RuntimeServiceGrpc;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.events.PodEvent;
import io.windlass.pod.events.PodEvents;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** The feed of events, to any number of listeners. Thread-safe. */
public final class EventsEndpoint implements RpcTable.Endpoint {
    /** How far behind a listener may be before its stream is ended, rather than events silently lost. */
    private static final int LONGEST_QUEUE = 4096;

    private final PodEvents events;

    public EventsEndpoint(PodEvents events) {
        this.events = events;
    }

    @Override
    public void register(RpcTable table) {
        table.stream(RuntimeServiceGrpc.getGetContainerEventsMethod(), this::stream);
    }

    private void stream(GetEventsRequest request, Consumer<ContainerEventResponse> sink) {
        BlockingQueue<PodEvent> queue = new ArrayBlockingQueue<>(LONGEST_QUEUE);
        AtomicBoolean lost = new AtomicBoolean();
        try (PodEvents.Subscription _ = events.subscribe(event -> {
            if (!queue.offer(event)) {
                lost.set(true);
            }
        })) {
            while (!lost.get()) {
                sink.accept(EventMapping.toWire(queue.take()));
            }
        } catch (InterruptedException e) {
            throw new Fault(FaultKind.UNAVAILABLE, "cannot send more events: the call ended or the daemon ends", e);
        }
        throw new Fault(
                FaultKind.RESOURCE_EXHAUSTED,
                "cannot send more events: the listener is " + LONGEST_QUEUE + " behind; list again, and listen anew");
    }
}
