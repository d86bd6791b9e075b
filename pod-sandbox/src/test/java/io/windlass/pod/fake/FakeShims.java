package io.windlass.pod.fake;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.runtime.hook.HookRun;
import io.windlass.runtime.hook.HookRunner;
import io.windlass.runtime.shim.PodNamespace;
import io.windlass.runtime.shim.PodShim;
import io.windlass.runtime.shim.PodSpawn;
import io.windlass.runtime.shim.ShimSupervisor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Shims that live in this process, and outlive the daemon under test. */
public final class FakeShims implements ShimSupervisor {
    private final Failpoints failpoints;
    private final FakeMounts mounts;
    private final Path folder;
    private final Map<String, FakeShim> shims = new ConcurrentHashMap<>();
    private final List<HookRun> hooksRun = new CopyOnWriteArrayList<>();
    private volatile Consumer<HookRun> hookAction = _ -> {};

    FakeShims(Failpoints failpoints, FakeMounts mounts, Path folder) {
        this.failpoints = failpoints;
        this.mounts = mounts;
        this.folder = folder;
    }

    public Set<String> alive() {
        return Set.copyOf(shims.keySet());
    }

    public FakeShim of(PodSandboxId id) {
        return Objects.requireNonNull(shims.get(id.value()));
    }

    /** The shim dies without a word, its containers with it. */
    public void crash(PodSandboxId id) {
        FakeShim shim = Objects.requireNonNull(shims.remove(id.value()));
        shim.crash();
    }

    /** The runs of hooks, in their order. */
    public List<HookRun> hooksRun() {
        return List.copyOf(hooksRun);
    }

    /** Happens instead of every later run of a hook that was not begun before. */
    public void onHook(Consumer<HookRun> next) {
        hookAction = next;
    }

    @Override
    public HookRunner hooks() {
        return this::runHook;
    }

    private boolean runHook(HookRun hook) {
        if (hook.claim().filter(Files::exists).isPresent()) {
            return false;
        }
        hook.claim().ifPresent(FakeShims::begin);
        hooksRun.add(hook);
        hookAction.accept(hook);
        return true;
    }

    private static void begin(Path claim) {
        try {
            Files.createFile(claim);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void start() {}

    @Override
    public PodShim spawn(PodSpawn request) {
        failpoints.pass("shim.spawn");
        try {
            Files.createDirectories(request.podDirectory().resolve("ns"));
            for (PodNamespace namespace : request.namespaces()) {
                Files.createFile(request.namespaceFile(namespace));
                mounts.pin(request.namespaceFile(namespace));
            }
            Files.createDirectories(folder);
            Files.createFile(socketOf(request.podId()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        FakeShim shim = new FakeShim(failpoints, request, () -> ended(request.podId()));
        shims.put(request.podId(), shim);
        return shim;
    }

    private void ended(String podId) {
        shims.remove(podId);
        try {
            Files.deleteIfExists(socketOf(podId));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public PodShim connect(String podId, Path socket) {
        FakeShim shim = shims.get(podId);
        if (shim == null) {
            throw new Fault(FaultKind.UNAVAILABLE, "cannot connect to shim of " + podId);
        }
        return shim;
    }

    @Override
    public void shutdown() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Path socketOf(String podId) {
        return folder.resolve(podId + ".sock");
    }
}
