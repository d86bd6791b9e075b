package io.windlass.pod.fake;

import io.windlass.fault.Fault;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.ProcessIdentity;
import io.windlass.runtime.shim.ContainerLaunch;
import io.windlass.runtime.shim.CreatedContainer;
import io.windlass.runtime.shim.ExecLaunch;
import io.windlass.runtime.shim.ExitRecord;
import io.windlass.runtime.shim.PodShim;
import io.windlass.runtime.shim.PodSpawn;
import io.windlass.runtime.shim.ShimContainer;
import io.windlass.runtime.shim.ShimEvent;
import io.windlass.runtime.shim.ShimStream;
import io.windlass.runtime.shim.StreamKind;
import io.windlass.runtime.shim.Timeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** A shim whose containers are entries of a map. What they do is told by the test. */
public final class FakeShim implements PodShim {
    private final Failpoints failpoints;
    private final PodSpawn request;
    private final Runnable ended;
    private final Map<String, FakeContainer> containers = new ConcurrentHashMap<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private volatile Consumer<ShimEvent> listener = _ -> {};
    private volatile boolean alive = true;
    private volatile Supplier<ShimStream> execs = () -> {
        throw new IllegalStateException("no exec was prepared");
    };
    private final List<Map<Path, String>> promises = new CopyOnWriteArrayList<>();
    private volatile Function<List<String>, ShimStream> hostPrograms = command -> {
        throw new IllegalStateException("nobody expected " + command);
    };
    private volatile boolean ignoringTerm;
    private volatile boolean ending;

    FakeShim(Failpoints failpoints, PodSpawn request, Runnable ended) {
        this.failpoints = failpoints;
        this.request = request;
        this.ended = ended;
    }

    public List<String> calls() {
        return List.copyOf(calls);
    }

    public Set<String> containers() {
        return Set.copyOf(containers.keySet());
    }

    public PodSpawn request() {
        return request;
    }

    public ContainerLaunch launch(ContainerId id) {
        return container(id.value()).launch;
    }

    public void ignoreTerm() {
        ignoringTerm = true;
    }

    /** A container ends as soon as it is started, before the answer to the start. */
    public void endAtStart() {
        ending = true;
    }

    public void execs(Supplier<ShimStream> next) {
        execs = next;
    }

    /** A container's first process ends. */
    public void exit(String containerId, int code, int signal) {
        FakeContainer container = container(containerId);
        if (container.state == ShimContainer.State.EXITED) {
            return;
        }
        Instant now = Instant.now();
        container.exit = Optional.of(new ExitRecord(code, signal, now));
        container.state = ShimContainer.State.EXITED;
        long nanoseconds = now.getEpochSecond() * 1_000_000_000 + now.getNano();
        try {
            Path file = container.launch.exitFile();
            // As a whole: others read it while it is written.
            Path fresh = Files.createTempFile(file.getParent(), "exit", ".new");
            Files.writeString(
                    fresh, "{\"exitCode\":%d,\"signal\":%d,\"exitedAt\":%d}".formatted(code, signal, nanoseconds));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        listener.accept(new ShimEvent.ContainerExited(1, containerId, container.exit.get()));
    }

    void crash() {
        alive = false;
        listener.accept(new ShimEvent.ShimLost(request.podId(), "crashed"));
    }

    private FakeContainer container(String id) {
        FakeContainer container = containers.get(id);
        if (container == null) {
            throw Fault.notFound("cannot find container " + id);
        }
        return container;
    }

    @Override
    public long pid() {
        return 1;
    }

    @Override
    public CreatedContainer create(ContainerLaunch launch) {
        failpoints.pass("shim.create");
        calls.add("create");
        containers.put(launch.containerId(), new FakeContainer(launch));
        // This process: it lives as long as the test.
        ProcessIdentity self = Self.identity();
        return new CreatedContainer(
                self.pid(), self.startTime(), new Timeline(List.of(new Timeline.Step("CLONE", Duration.ofNanos(1)))));
    }

    @Override
    public Timeline start(String containerId) {
        failpoints.pass("shim.start");
        calls.add("start");
        FakeContainer container = container(containerId);
        container.state = ShimContainer.State.RUNNING;
        if (ending) {
            exit(containerId, 0, 0);
        }
        return new Timeline(List.of(new Timeline.Step("EXECVE", Duration.ofNanos(2))));
    }

    @Override
    public void signal(String containerId, int signal, boolean all) {
        calls.add("signal " + signal + (all ? " all" : ""));
        FakeContainer container = container(containerId);
        if (container.state == ShimContainer.State.EXITED) {
            throw Fault.precondition("container " + containerId + " has exited");
        }
        if (signal == 9 || !ignoringTerm) {
            Thread.ofVirtual().start(() -> exit(containerId, 128 + signal, signal));
        }
    }

    @Override
    public void delete(String containerId) {
        if (container(containerId).state != ShimContainer.State.EXITED) {
            throw Fault.precondition("container " + containerId + " lives");
        }
        containers.remove(containerId);
    }

    @Override
    public void reopenLog(String containerId) {
        calls.add("reopenLog");
    }

    @Override
    public List<ShimContainer> list() {
        return containers.values().stream()
                .map(c -> new ShimContainer(
                        c.launch.containerId(),
                        Self.identity().pid(),
                        Self.identity().startTime(),
                        c.state,
                        c.exit))
                .toList();
    }

    @Override
    public ShimStream exec(ExecLaunch launch) {
        calls.add("exec " + String.join(" ", launch.process().args()));
        return execs.get();
    }

    /** Stands for the programs of the host: they leave what they are asked for, and end as told. */
    public void hostPrograms(Function<List<String>, ShimStream> next) {
        hostPrograms = next;
    }

    /** What was promised and is not kept yet. */
    public List<Map<Path, String>> promises() {
        return List.copyOf(promises);
    }

    @Override
    public ShimStream runOnHost(String name, List<String> command) {
        failpoints.pass("shim.runOnHost");
        calls.add("runOnHost " + String.join(" ", command));
        return hostPrograms.apply(command);
    }

    @Override
    public Promise atEnd(Map<Path, String> texts) {
        failpoints.pass("shim.atEnd");
        promises.add(texts);
        return () -> promises.remove(texts);
    }

    @Override
    public ShimStream attach(String containerId, Set<StreamKind> streams) {
        calls.add("attach " + streams);
        return execs.get();
    }

    @Override
    public void resize(String containerId, int columns, int rows) {
        calls.add("resize");
    }

    @Override
    public void closeStdin(String containerId) {
        calls.add("closeStdin");
    }

    @Override
    public void onEvent(Consumer<ShimEvent> next) {
        listener = next;
        containers
                .values()
                .forEach(c -> c.exit.ifPresent(
                        exit -> next.accept(new ShimEvent.ContainerExited(1, c.launch.containerId(), exit))));
    }

    @Override
    public void shutdown() {
        if (containers.values().stream().anyMatch(c -> c.state != ShimContainer.State.EXITED)) {
            throw Fault.precondition("containers live");
        }
        alive = false;
        ended.run();
    }

    @Override
    public boolean alive() {
        return alive;
    }

    @Override
    public void close() {
        listener = _ -> {};
    }

    private static final class FakeContainer {
        private final ContainerLaunch launch;
        private volatile ShimContainer.State state = ShimContainer.State.CREATED;
        private volatile Optional<ExitRecord> exit = Optional.empty();

        FakeContainer(ContainerLaunch launch) {
            this.launch = launch;
        }
    }
}
