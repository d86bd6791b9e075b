package io.windlass.nri.plugin;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.nri.ttrpc.RpcClient;
import io.windlass.nri.ttrpc.RpcException;
import io.windlass.nri.ttrpc.RpcException.Reason;
import io.windlass.nri.ttrpc.Trunk;
import io.windlass.proto.nri.ConfigureRequest;
import io.windlass.proto.nri.ConfigureResponse;
import io.windlass.proto.nri.Container;
import io.windlass.proto.nri.Empty;
import io.windlass.proto.nri.Event;
import io.windlass.proto.nri.FailurePolicy;
import io.windlass.proto.nri.PodSandbox;
import io.windlass.proto.nri.StateChangeEvent;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** One connected plugin: it is called once at a time, in the order of the calls. Thread-safe. */
final class Plugin implements AutoCloseable {
    static final int PLUGIN_SERVICE = 1;
    static final int RUNTIME_SERVICE = 2;
    private static final String SERVICE = "nri.pkg.api.v1alpha1.Plugin";
    private static final System.Logger LOG = System.getLogger(Plugin.class.getName());
    private static final int ALL_EVENTS = (1 << (Event.LAST_VALUE - 1)) - 1;

    private final PluginName name;
    private final Trunk trunk;
    private final RpcClient client;
    private final Duration timeout;
    private final ReentrantLock turn = new ReentrantLock(true);
    private final Set<Event> withoutCall = ConcurrentHashMap.newKeySet();
    private volatile Set<Event> events = EnumSet.noneOf(Event.class);
    private volatile FailurePolicy policy = FailurePolicy.getDefaultInstance();

    Plugin(PluginName name, Trunk trunk, RpcClient client, Duration timeout) {
        this.name = name;
        this.trunk = trunk;
        this.client = client;
        this.timeout = timeout;
    }

    PluginName name() {
        return name;
    }

    /** Whether it was given up, or went. */
    boolean closed() {
        return trunk.closed();
    }

    boolean wants(Event event) {
        return !closed() && events.contains(event);
    }

    /** Tells it about this runtime; it tells which events it wants. */
    void configure(ConfigureRequest request) {
        ConfigureResponse response;
        try {
            response = call("Configure", request, ConfigureResponse.parser());
        } catch (RpcException e) {
            throw new Fault(FaultKind.UNAVAILABLE, "cannot configure plugin " + name + ": " + e.getMessage(), e);
        }
        int mask = response.getEvents() == 0 ? ALL_EVENTS : response.getEvents();
        if ((mask & ~ALL_EVENTS) != 0) {
            throw Fault.invalid(
                    "cannot configure plugin %s: it asks for unknown events 0x%x".formatted(name, mask & ~ALL_EVENTS));
        }
        Set<Event> wanted = EnumSet.noneOf(Event.class);
        for (int number = 1; number < Event.LAST_VALUE; number++) {
            if ((mask & 1 << (number - 1)) != 0) {
                wanted.add(Event.forNumber(number));
            }
        }
        events = wanted;
        policy = response.getFailurePolicy();
    }

    /** Waits for the plugin's turn, and keeps other calls waiting meanwhile. */
    void inTurn(Runnable work) {
        take("register it");
        try {
            work.run();
        } finally {
            turn.unlock();
        }
    }

    /** Waits for the plugin's turn and calls it, whatever events it wants. */
    <T> T call(String method, Message request, Parser<T> parser) throws RpcException {
        return call(method, request, parser, timeout);
    }

    <T> T call(String method, Message request, Parser<T> parser, Duration most) throws RpcException {
        take(method);
        try {
            return client.call(SERVICE, method, request, parser, most);
        } catch (InterruptedException e) {
            throw cancelled(method, e);
        } finally {
            turn.unlock();
        }
    }

    private void take(String purpose) {
        try {
            turn.lockInterruptibly();
        } catch (InterruptedException e) {
            throw cancelled(purpose, e);
        }
    }

    private Fault cancelled(String purpose, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new Fault(
                FaultKind.CANCELLED,
                "cannot wait for plugin " + name + " to " + purpose + ": the caller went away",
                cause);
    }

    /**
     * Has the plugin take part in an event that it wants. Empty when it does not want it, went before its turn, or failed and
     * its policy lets the request go on; its refusal is a fault.
     */
    <T> Optional<T> event(Event event, String method, Message request, Parser<T> parser) {
        if (!wants(event) || withoutCall.contains(event)) {
            return Optional.empty();
        }
        take(method);
        try {
            return closed() ? Optional.empty() : Optional.of(call(method, request, parser));
        } catch (RpcException e) {
            if (e.reason() == Reason.UNKNOWN_CALL) {
                withoutCall.add(event);
                return Optional.empty();
            }
            failed(method, e);
            return Optional.empty();
        } finally {
            turn.unlock();
        }
    }

    /** As {@link #event}, for events that need no answer: plugins of old versions hear of them as changes of state. */
    void notice(Event event, String method, Message request, PodSandbox pod, Optional<Container> container) {
        event(event, method, request, Empty.parser());
        if (wants(event) && withoutCall.contains(event)) {
            StateChangeEvent.Builder change =
                    StateChangeEvent.newBuilder().setEvent(event).setPod(pod);
            container.ifPresent(change::setContainer);
            try {
                call("StateChange", change.build(), Empty.parser());
            } catch (RpcException e) {
                if (e.reason() != Reason.UNKNOWN_CALL) {
                    failed("StateChange", e);
                }
            }
        }
    }

    /** A plugin that failed is given up, unless it was only late and asked to be kept. */
    void giveUpAfter(RpcException failure) {
        if (failure.lost() && (failure.reason() != Reason.TIMEOUT || !policy.getKeepConnected())) {
            close();
        }
    }

    private void failed(String method, RpcException failure) {
        if (!failure.lost()) {
            throw new Fault(
                    FaultKind.FAILED_PRECONDITION,
                    "plugin " + name + " refused " + method + ": " + failure.getMessage(),
                    failure);
        }
        giveUpAfter(failure);
        if (policy.getFailRequest()) {
            throw new Fault(
                    FaultKind.UNAVAILABLE,
                    "plugin " + name + " failed at " + method + ": " + failure.getMessage(),
                    failure);
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "{0} goes on without plugin {1}{2}: {3}",
                method,
                name,
                closed() ? ", which is given up" : "",
                failure.getMessage());
    }

    /** Tells it that the daemon ends, and waits for its answer, {@code most} at most. */
    void shutdown(Duration most) {
        try {
            if (!closed()) {
                call("Shutdown", Empty.getDefaultInstance(), Empty.parser(), most);
            }
        } catch (RpcException e) {
            LOG.log(System.Logger.Level.DEBUG, "plugin {0} does not answer to Shutdown: {1}", name, e.getMessage());
        }
    }

    /** Gives the plugin up. Idempotent. */
    @Override
    public void close() {
        trunk.close();
    }
}
