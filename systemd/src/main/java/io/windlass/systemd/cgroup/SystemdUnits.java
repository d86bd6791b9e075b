package io.windlass.systemd.cgroup;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.systemd.dbus.DbusConnection;
import io.windlass.systemd.dbus.DbusException;
import io.windlass.systemd.dbus.Message;
import io.windlass.systemd.dbus.MessageReader;
import io.windlass.systemd.dbus.MessageWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The manager object of systemd (org.freedesktop.systemd1(5)). Thread-safe. Connects when it is first needed, and anew after the
 * other side has gone; an operation that was cut off by that is done again, which each of them bears.
 */
final class SystemdUnits implements AutoCloseable {
    private static final String SERVICE = "org.freedesktop.systemd1";
    private static final String PATH = "/org/freedesktop/systemd1";
    private static final String MANAGER = "org.freedesktop.systemd1.Manager";
    private static final String BUS = "org.freedesktop.DBus";
    private static final String NO_SUCH_UNIT = "org.freedesktop.systemd1.NoSuchUnit";
    private static final String UNIT_EXISTS = "org.freedesktop.systemd1.UnitExists";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int ATTEMPTS = 2;

    private final Sockets sockets;
    private final long uid;
    private final Map<String, CompletableFuture<String>> jobs = new ConcurrentHashMap<>();
    private @Nullable Link link;

    /**
     * Where systemd listens.
     *
     * @param own systemd's own socket, for root, which needs no bus
     * @param bus used where {@code own} is not there
     */
    record Sockets(Path own, Path bus) {
        static final Sockets USUAL =
                new Sockets(Path.of("/run/systemd/private"), Path.of("/run/dbus/system_bus_socket"));
    }

    /** @param destination empty where there is no bus in between */
    private record Link(DbusConnection connection, String destination) {}

    /** @param uid of this process */
    SystemdUnits(Sockets sockets, long uid) {
        this.sockets = sockets;
        this.uid = uid;
    }

    /** Fails with a fault where systemd cannot be reached. */
    void connect() {
        try {
            link();
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /** Makes and starts a unit that exists until it ends. */
    void startTransient(String unit, List<UnitProperty> properties) {
        MessageWriter body = new MessageWriter().string(unit).string("fail");
        body.array(8, () -> properties.forEach(property -> property.write(body)));
        body.array(8, () -> {});
        try {
            job("start " + unit, "StartTransientUnit", "ssa(sv)a(sa(sv))", body);
        } catch (DbusException e) {
            throw fault("start " + unit, e);
        }
    }

    void start(String unit) {
        try {
            job(
                    "start " + unit,
                    "StartUnit",
                    "ss",
                    new MessageWriter().string(unit).string("fail"));
        } catch (DbusException e) {
            throw fault("start " + unit, e);
        }
    }

    /** Ends a unit and whatever runs in it, and makes systemd forget a failure of it. Does nothing for one that is not there. */
    void stop(String unit) {
        try {
            job(
                    "stop " + unit,
                    "StopUnit",
                    "ss",
                    new MessageWriter().string(unit).string("replace"));
            answer("ResetFailedUnit", "s", new MessageWriter().string(unit));
        } catch (DbusException e) {
            if (!e.is(NO_SUCH_UNIT)) {
                throw fault("stop " + unit, e);
            }
        }
    }

    /** Changes properties until the unit ends. */
    void set(String unit, List<UnitProperty> properties) {
        MessageWriter body = new MessageWriter().string(unit).flag(true);
        body.array(8, () -> properties.forEach(property -> property.write(body)));
        try {
            answer("SetUnitProperties", "sba(sv)", body);
        } catch (DbusException e) {
            throw fault("set " + properties + " of " + unit, e);
        }
    }

    private void job(String what, String method, String signature, MessageWriter body) throws DbusException {
        for (int attempt = 1; ; attempt++) {
            try {
                String result = jobOnce(method, signature, body);
                if (!result.equals("done")) {
                    throw new Fault(FaultKind.UNAVAILABLE, "systemd cannot " + what + ": its job ended as " + result);
                }
                return;
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw unreachable(e);
                }
            } catch (DbusException e) {
                // The answer to the first attempt was lost.
                if (attempt > 1 && e.is(UNIT_EXISTS)) {
                    return;
                }
                throw e;
            }
        }
    }

    // The job is noted on the connection's thread, so before the signal of its end can be taken.
    private String jobOnce(String method, String signature, MessageWriter body) throws IOException, DbusException {
        CompletableFuture<Message> answer = new CompletableFuture<>();
        CompletableFuture<String> end = answer.thenCompose(
                message -> jobs.computeIfAbsent(message.reader().string(), _ -> new CompletableFuture<>()));
        send(method, signature, body, answer);
        return await(method, end);
    }

    private void answer(String method, String signature, MessageWriter body) throws DbusException {
        for (int attempt = 1; ; attempt++) {
            try {
                CompletableFuture<Message> answer = new CompletableFuture<>();
                send(method, signature, body, answer);
                await(method, answer);
                return;
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw unreachable(e);
                }
            }
        }
    }

    private void send(String method, String signature, MessageWriter body, CompletableFuture<Message> answer)
            throws IOException {
        Link current = link();
        current.connection().call(Message.call(current.destination(), PATH, MANAGER, method, signature, body), answer);
    }

    private static <T> T await(String method, CompletableFuture<T> answer) throws IOException, DbusException {
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Fault(FaultKind.CANCELLED, "cannot wait for systemd (" + method + "): cancelled", e);
        } catch (TimeoutException e) {
            throw new Fault(
                    FaultKind.DEADLINE_EXCEEDED,
                    "systemd has not done " + method + " within " + PATIENCE.toSeconds() + " s",
                    e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case DbusException refused -> throw refused.again();
                case IOException lost -> throw new IOException(lost.getMessage(), lost);
                case null, default -> throw Fault.internal("cannot talk to systemd: " + e.getMessage(), e);
            }
        }
    }

    private synchronized Link link() throws IOException {
        if (link == null || !link.connection().alive()) {
            link = Files.exists(sockets.own()) ? direct() : overBus();
        }
        return link;
    }

    // On its own socket systemd sends all signals to everyone, unasked.
    private Link direct() throws IOException {
        return new Link(open(sockets.own()), "");
    }

    private Link overBus() throws IOException {
        DbusConnection connection = open(sockets.bus());
        try {
            greet(connection, "Hello", "", new MessageWriter());
            greet(
                    connection,
                    "AddMatch",
                    "s",
                    new MessageWriter()
                            .string("type='signal',sender='" + SERVICE + "',interface='" + MANAGER
                                    + "',member='JobRemoved'"));
            CompletableFuture<Message> subscribed = new CompletableFuture<>();
            connection.call(Message.call(SERVICE, PATH, MANAGER, "Subscribe", "", new MessageWriter()), subscribed);
            await("Subscribe", subscribed);
            return new Link(connection, SERVICE);
        } catch (DbusException e) {
            connection.close();
            throw new IOException(e.getMessage(), e);
        }
    }

    private static void greet(DbusConnection connection, String method, String signature, MessageWriter body)
            throws IOException, DbusException {
        CompletableFuture<Message> answer = new CompletableFuture<>();
        connection.call(Message.call(BUS, "/org/freedesktop/DBus", BUS, method, signature, body), answer);
        await(method, answer);
    }

    private DbusConnection open(Path socket) throws IOException {
        // Jobs of a connection that is gone are not told about on this one.
        IOException gone = new IOException("the connection was lost");
        jobs.values().forEach(end -> end.completeExceptionally(gone));
        jobs.clear();
        return DbusConnection.open(socket, uid, this::signal);
    }

    private void signal(Message signal) {
        if (signal.member().equals("JobRemoved") && signal.interfaceName().equals(MANAGER)) {
            MessageReader reader = signal.reader();
            reader.uint32();
            CompletableFuture<String> end = jobs.remove(reader.string());
            reader.string();
            if (end != null) {
                end.complete(reader.string());
            }
        }
    }

    private Fault unreachable(IOException e) {
        return new Fault(
                FaultKind.UNAVAILABLE,
                "cannot reach systemd at " + sockets.own() + " or " + sockets.bus() + ": " + e.getMessage()
                        + "; without systemd set [cgroup] driver = \"cgroupfs\"",
                e);
    }

    private static Fault fault(String what, DbusException e) {
        FaultKind kind = switch (e.name()) {
            case NO_SUCH_UNIT,
                    "org.freedesktop.DBus.Error.PropertyReadOnly",
                    "org.freedesktop.DBus.Error.AccessDenied" -> FaultKind.FAILED_PRECONDITION;
            case UNIT_EXISTS -> FaultKind.ALREADY_EXISTS;
            case "org.freedesktop.DBus.Error.InvalidArgs" -> FaultKind.INVALID_ARGUMENT;
            default -> FaultKind.INTERNAL;
        };
        return new Fault(kind, "systemd cannot " + what + ": " + e.getMessage() + " (" + e.name() + ")", e);
    }

    @Override
    public synchronized void close() {
        if (link != null) {
            link.connection().close();
        }
    }
}
