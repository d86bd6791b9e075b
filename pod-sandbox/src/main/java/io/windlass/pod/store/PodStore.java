package io.windlass.pod.store;

import io.windlass.database.Database;
import io.windlass.fault.Fault;
import io.windlass.pod.model.PodSandboxId;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All sandboxes and containers of this daemon: held in memory, written through to {@code state.db}. Thread-safe.
 *
 * <p>What is being made is an {@link Intent} first and becomes visible only when it is whole.
 */
public final class PodStore implements AutoCloseable {
    private static final Comparator<Container> NEWEST_FIRST = Comparator.comparing(
                    (Container container) -> container.definition().createdAt())
            .reversed();

    private final Database database;
    private final PodTables tables;
    private final Map<String, Sandbox> sandboxes = new ConcurrentHashMap<>();
    private final Map<String, Container> containers = new ConcurrentHashMap<>();

    private PodStore(Database database) {
        this.database = database;
        this.tables = new PodTables(database);
    }

    /** Opens the store's file and reads everything in it. */
    public static PodStore open(Path file) {
        PodStore store = new PodStore(Database.open(file, Database.Durability.NORMAL, PodTables.MIGRATIONS));
        store.tables.sandboxes().forEach(s -> store.sandboxes.put(s.id().value(), s));
        store.tables.containers().forEach(c -> store.containers.put(c.id().value(), c));
        return store;
    }

    /** Writes down what is about to be made. */
    public void intend(Intent intent) {
        tables.intend(intent);
    }

    /** The intended thing was undone completely. */
    public void forgetIntent(String id) {
        tables.forgetIntent(id);
    }

    /** What was being made when the daemon ended; for start-up. */
    public List<Intent> intents() {
        return tables.intents();
    }

    /** Writes down a project id with whom it is for, or what has changed about it. */
    public void put(Project project) {
        tables.putProject(project);
    }

    /** No file has the id any more. */
    public void forgetProject(long id) {
        tables.deleteProject(id);
    }

    /** All project ids in use; for start-up. */
    public List<Project> projects() {
        return tables.projects();
    }

    public Sandbox add(SandboxDefinition definition, SandboxCondition condition) {
        tables.insertSandbox(definition, condition);
        Sandbox sandbox = new Sandbox(tables, definition, condition);
        sandboxes.put(definition.id().value(), sandbox);
        return sandbox;
    }

    public Container add(ContainerDefinition definition, ContainerCondition condition) {
        tables.insertContainer(definition, condition);
        Container container = new Container(tables, definition, condition);
        containers.put(definition.id().value(), container);
        return container;
    }

    public void remove(Sandbox sandbox) {
        tables.deleteSandbox(sandbox.id());
        sandboxes.remove(sandbox.id().value());
    }

    public void remove(Container container) {
        tables.deleteContainer(container.id());
        containers.remove(container.id().value());
    }

    public Collection<Sandbox> sandboxes() {
        return List.copyOf(sandboxes.values());
    }

    public Collection<Container> containers() {
        return List.copyOf(containers.values());
    }

    /** Newest first: kubelet takes the first of a name for the one that counts. */
    public List<Container> containersOf(PodSandboxId sandbox) {
        return containers.values().stream()
                .filter(container -> container.definition().sandboxId().equals(sandbox))
                .sorted(NEWEST_FIRST)
                .toList();
    }

    /** The sandbox of that id, or the only one whose id begins so. */
    public Optional<Sandbox> findSandbox(String idOrPrefix) {
        return find("pod sandbox", sandboxes, idOrPrefix);
    }

    /** The container of that id, or the only one whose id begins so. */
    public Optional<Container> findContainer(String idOrPrefix) {
        return find("container", containers, idOrPrefix);
    }

    /** As {@link #findSandbox}; absence is a fault. */
    public Sandbox sandbox(String idOrPrefix) {
        return findSandbox(idOrPrefix)
                .orElseThrow(() -> Fault.notFound("cannot find pod sandbox " + idOrPrefix + ": none has that id"));
    }

    /** As {@link #findContainer}; absence is a fault. */
    public Container container(String idOrPrefix) {
        return findContainer(idOrPrefix)
                .orElseThrow(() -> Fault.notFound("cannot find container " + idOrPrefix + ": none has that id"));
    }

    private static <T> Optional<T> find(String what, Map<String, T> all, String idOrPrefix) {
        if (idOrPrefix.isEmpty()) {
            throw Fault.invalid("cannot find " + what + ": the id is empty");
        }
        T exact = all.get(idOrPrefix);
        if (exact != null) {
            return Optional.of(exact);
        }
        List<String> matches = all.keySet().stream()
                .filter(id -> id.startsWith(idOrPrefix))
                .limit(2)
                .toList();
        if (matches.size() > 1) {
            throw Fault.invalid("cannot find " + what + " " + idOrPrefix + ": more than one id begins so");
        }
        return matches.isEmpty() ? Optional.empty() : Optional.ofNullable(all.get(matches.getFirst()));
    }

    @Override
    public void close() {
        database.close();
    }
}
