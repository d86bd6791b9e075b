package io.windlass.runtime.shim;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.runtime.hook.ContainerHooks;
import io.windlass.runtime.hook.HookRunner;
import io.windlass.runtime.program.Encoder;
import io.windlass.runtime.program.LaunchProgramCompiler;
import io.windlass.runtime.program.Opcode;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A shim behind its socket. A connection that breaks is made again when the shim still listens. */
final class SocketShim implements PodShim {
    private static final Duration SUCCESSOR_LIMIT = Duration.ofSeconds(3);
    private static final Duration POLL = Duration.ofMillis(5);

    private final String podId;
    private final Path socket;
    private final String peer;
    private final LaunchProgramCompiler compiler;
    private final HookRunner hooks;
    private final Lock connecting = new ReentrantLock();
    private volatile @Nullable ControlConnection connection;
    private volatile @Nullable EventFeed feed;
    private volatile boolean closed;
    private volatile boolean lost;
    private final AtomicBoolean lossTold = new AtomicBoolean();

    private SocketShim(String podId, Path socket, LaunchProgramCompiler compiler, HookRunner hooks) {
        this.podId = podId;
        this.socket = socket;
        this.peer = "shim of pod %s at %s".formatted(podId, socket);
        this.compiler = compiler;
        this.hooks = hooks;
    }

    /** @throws Fault UNAVAILABLE when nobody listens at {@code socket} */
    static SocketShim connect(String podId, Path socket, LaunchProgramCompiler compiler, HookRunner hooks) {
        SocketShim shim = new SocketShim(podId, socket, compiler, hooks);
        shim.connection();
        return shim;
    }

    @Override
    public long pid() {
        return connection().peerPid();
    }

    @Override
    public CreatedContainer create(ContainerLaunch launch) {
        String action = "cannot create container " + launch.containerId();
        ControlConnection shim = connection();
        CompletableFuture<WireFrame> answer = shim.send(FrameType.CREATE, Requests.create(launch, compiler));
        try {
            CreatedContainer created = created(shim.await(answer, action));
            ContainerHooks wanted = ContainerHooks.of(launch.containerId(), launch.spec(), launch.bundle());
            return wanted.pause() ? goOn(shim, wanted, created, launch.containerId(), action) : created;
        } catch (Fault fault) {
            if (fault.kind() == FaultKind.CANCELLED) {
                var _ = answer.thenAccept(frame -> takeBack(launch.containerId(), frame));
            }
            throw fault;
        }
    }

    /** Runs the hooks that the creation pauses for, and the rest of it. */
    private CreatedContainer goOn(
            ControlConnection shim, ContainerHooks wanted, CreatedContainer paused, String id, String action) {
        try {
            wanted.duringCreation(paused.pid(), hooks);
        } catch (Fault fault) {
            endSoon(id);
            throw fault.in(action);
        }
        CreatedContainer created = created(shim.request(FrameType.PROCEED, new Encoder().str(id), action));
        List<Timeline.Step> steps = new ArrayList<>(paused.timeline().steps());
        steps.addAll(created.timeline().steps());
        return new CreatedContainer(created.pid(), created.startTime(), new Timeline(steps));
    }

    private static CreatedContainer created(Fields fields) {
        return new CreatedContainer(fields.u64(), fields.u64(), timeline(fields));
    }

    @Override
    public Timeline start(String containerId) {
        return timeline(connection()
                .request(FrameType.START, new Encoder().str(containerId), "cannot start container " + containerId));
    }

    @Override
    public void signal(String containerId, int signal, boolean all) {
        connection()
                .request(
                        FrameType.SIGNAL,
                        new Encoder().str(containerId).u32(signal).u32(all ? 1 : 0),
                        "cannot send signal %d to container %s".formatted(signal, containerId));
    }

    @Override
    public void delete(String containerId) {
        request(FrameType.DELETE, containerId, "cannot delete container " + containerId);
    }

    @Override
    public void reopenLog(String containerId) {
        request(FrameType.REOPEN_LOG, containerId, "cannot reopen the log of container " + containerId);
    }

    @Override
    public List<ShimContainer> list() {
        return connection()
                .request(FrameType.LIST, new Encoder(), "cannot list the containers of pod " + podId)
                .list(SocketShim::container);
    }

    @Override
    public ShimStream exec(ExecLaunch launch) {
        return SocketStream.open(
                socket,
                peer,
                FrameType.EXEC,
                Requests.exec(launch, compiler),
                "cannot exec in container " + launch.containerId());
    }

    @Override
    public ShimStream runOnHost(String name, List<String> command) {
        return SocketStream.open(
                socket,
                peer,
                FrameType.EXEC,
                Requests.runOnHost(name, command, compiler),
                "cannot run %s for pod %s".formatted(command.getFirst(), podId));
    }

    @Override
    public Promise atEnd(Map<Path, String> texts) {
        ShimStream stream = SocketStream.open(
                socket,
                peer,
                FrameType.AT_END,
                Requests.atEnd(texts),
                "cannot arrange for the daemon's end in pod " + podId);
        return stream::close;
    }

    @Override
    public ShimStream attach(String containerId, Set<StreamKind> streams) {
        return SocketStream.open(
                socket,
                peer,
                FrameType.ATTACH,
                Requests.attach(containerId, streams),
                "cannot attach to container " + containerId);
    }

    @Override
    public void resize(String containerId, int columns, int rows) {
        connection()
                .request(
                        FrameType.RESIZE,
                        new Encoder().str(containerId).u32(columns).u32(rows),
                        "cannot resize the terminal of container " + containerId);
    }

    @Override
    public void closeStdin(String containerId) {
        request(FrameType.CLOSE_STDIN, containerId, "cannot close the standard input of container " + containerId);
    }

    @Override
    public void onEvent(Consumer<ShimEvent> listener) {
        connecting.lock();
        try {
            if (feed != null) {
                throw new IllegalStateException("the shim of pod %s has a listener".formatted(podId));
            }
            EventFeed created = new EventFeed("events of pod " + podId, listener);
            feed = created;
            subscribe(connection(), created);
        } finally {
            connecting.unlock();
        }
    }

    @Override
    public void shutdown() {
        ControlConnection shim = connection();
        shim.request(FrameType.SHUTDOWN, new Encoder(), "cannot end the shim of pod " + podId);
        close();
    }

    @Override
    public boolean alive() {
        ControlConnection current = connection;
        return !closed && current != null && current.alive();
    }

    @Override
    public void close() {
        closed = true;
        ControlConnection current = connection;
        if (current != null) {
            current.close();
        }
        EventFeed events = feed;
        if (events != null) {
            events.close();
        }
    }

    private void request(int type, String containerId, String action) {
        connection().request(type, new Encoder().str(containerId), action);
    }

    private ControlConnection connection() {
        ControlConnection current = connection;
        if (current != null && current.alive()) {
            return current;
        }
        connecting.lock();
        try {
            current = connection;
            if (current != null && current.alive()) {
                return current;
            }
            if (closed) {
                throw new Fault(FaultKind.UNAVAILABLE, "the connection to the %s was closed".formatted(peer));
            }
            return reconnect();
        } finally {
            connecting.unlock();
        }
    }

    /** A shim that was there a moment ago may have been ended; the zygote then puts a successor in its place at once. */
    private ControlConnection reconnect() {
        long patience = connection == null || lost ? 0 : SUCCESSOR_LIMIT.toNanos();
        long deadline = System.nanoTime() + patience;
        while (true) {
            try {
                return open();
            } catch (ClosedByInterruptException e) {
                throw cancelled(e);
            } catch (IOException e) {
                giveUpAfter(deadline, "cannot reach the %s: %s".formatted(peer, e.getMessage()), e);
            } catch (Fault e) {
                // It may have answered the call in its last moments.
                if (e.kind() != FaultKind.UNAVAILABLE) {
                    throw e;
                }
                giveUpAfter(deadline, e.getMessage(), e);
            }
            pause();
        }
    }

    private void giveUpAfter(long deadline, String message, Exception cause) {
        if (closed || System.nanoTime() >= deadline) {
            lost = true;
            throw new Fault(FaultKind.UNAVAILABLE, message, cause);
        }
    }

    private ControlConnection open() throws IOException {
        ControlConnection created = ControlConnection.open(socket, peer, new Incoming());
        connection = created;
        EventFeed events = feed;
        if (events != null) {
            subscribe(created, events);
        }
        lost = false;
        lossTold.set(false);
        return created;
    }

    private void pause() {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cancelled(e);
        }
    }

    private Fault cancelled(Exception cause) {
        return new Fault(FaultKind.CANCELLED, "cannot reach the %s: the caller gave up".formatted(peer), cause);
    }

    private void subscribe(ControlConnection shim, EventFeed events) {
        shim.request(
                FrameType.SUBSCRIBE,
                new Encoder().u64(events.newest()),
                "cannot listen to the events of the shim of pod " + podId);
    }

    private void connectionLost(String reason) {
        EventFeed events = feed;
        if (closed || events == null) {
            return;
        }
        try {
            connection();
        } catch (Fault fault) {
            if (!closed && fault.kind() != FaultKind.CANCELLED && lossTold.compareAndSet(false, true)) {
                events.add(new ShimEvent.ShimLost(podId, reason));
            }
        }
    }

    /** The container of a create that nobody waits for any more: ended and forgotten once it exists. */
    private void takeBack(String containerId, WireFrame answer) {
        if (answer.type() == FrameType.OK) {
            endSoon(containerId);
        }
    }

    private void endSoon(String containerId) {
        Thread.ofVirtual().name("takes back container " + containerId).start(() -> {
            try {
                signal(containerId, 9, true);
                deleteOnceExited(containerId);
            } catch (Fault fault) {
                // Whoever gave up finds the container by list() and can remove it as any other.
                return;
            }
        });
    }

    private void deleteOnceExited(String containerId) {
        int tries = 200;
        while (true) {
            try {
                delete(containerId);
                return;
            } catch (Fault fault) {
                if (fault.kind() != FaultKind.FAILED_PRECONDITION || --tries == 0) {
                    throw fault;
                }
            }
            pause();
        }
    }

    private static Timeline timeline(Fields fields) {
        return new Timeline(fields.list(step ->
                new Timeline.Step(Opcode.nameOf(step.u32()), Duration.ofNanos(Integer.toUnsignedLong(step.u32())))));
    }

    private static ShimContainer container(Fields fields) {
        String id = fields.str();
        long pid = fields.u64();
        long startTime = fields.u64();
        int state = fields.u32();
        int exitCode = fields.u32();
        int signal = fields.u32();
        long exitedAt = fields.u64();
        return switch (state) {
            case 1 -> new ShimContainer(id, pid, startTime, ShimContainer.State.CREATED, Optional.empty());
            case 2 -> new ShimContainer(id, pid, startTime, ShimContainer.State.RUNNING, Optional.empty());
            case 3 ->
                new ShimContainer(
                        id,
                        pid,
                        startTime,
                        ShimContainer.State.EXITED,
                        Optional.of(new ExitRecord(exitCode, signal, ExitRecord.instant(exitedAt))));
            default -> throw Fault.internal("container %s is in the unknown state %d".formatted(id, state), null);
        };
    }

    /** What the shim sends unasked. */
    private final class Incoming implements ControlConnection.Listener {
        @Override
        public void event(WireFrame frame) {
            EventFeed events = feed;
            if (events != null) {
                events.arrived(frame);
            }
        }

        @Override
        public void lost(String reason) {
            Thread.ofVirtual().name("reconnects to pod " + podId).start(() -> connectionLost(reason));
        }
    }
}
