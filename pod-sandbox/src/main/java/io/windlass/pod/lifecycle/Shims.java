package io.windlass.pod.lifecycle;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.runtime.shim.PodShim;
import io.windlass.runtime.shim.PodSpawn;
import io.windlass.runtime.shim.ShimEvent;
import io.windlass.runtime.shim.ShimSupervisor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The shims of this daemon's pods. Thread-safe. */
public final class Shims {
    private static final System.Logger LOG = System.getLogger(Shims.class.getName());

    private final ShimSupervisor supervisor;
    private final Map<PodSandboxId, PodShim> shims = new ConcurrentHashMap<>();
    private volatile Listener listener = (_, _) -> {};

    public Shims(ShimSupervisor supervisor) {
        this.supervisor = supervisor;
    }

    /** Sets who hears of events; before the first shim. */
    public void listen(Listener next) {
        listener = next;
    }

    public PodShim spawn(PodSandboxId id, PodSpawn request) {
        PodShim shim = supervisor.spawn(request);
        keep(id, shim);
        return shim;
    }

    /** Finds the shim of an earlier daemon's pod; false when it is gone. */
    public boolean connect(PodSandboxId id) {
        try {
            keep(id, supervisor.connect(id.value(), supervisor.socketOf(id.value())));
            return true;
        } catch (Fault e) {
            LOG.log(System.Logger.Level.WARNING, "cannot reach the shim of pod sandbox {0}: {1}", id, e.getMessage());
            return false;
        }
    }

    private void keep(PodSandboxId id, PodShim shim) {
        shims.put(id, shim);
        shim.onEvent(event -> listener.onEvent(id, event));
    }

    public Optional<PodShim> find(PodSandboxId id) {
        return Optional.ofNullable(shims.get(id));
    }

    /** As {@link #find}; absence is a fault. */
    public PodShim of(PodSandboxId id) {
        return find(id).orElseThrow(() -> new Fault(
                FaultKind.UNAVAILABLE,
                "cannot reach the shim of pod sandbox " + id + ": it is gone; remove the sandbox"));
    }

    /** Ends the shim of a pod without live containers, here or of an earlier daemon. Idempotent. */
    public void end(PodSandboxId id) {
        Path socket = supervisor.socketOf(id.value());
        if (!shims.containsKey(id) && Files.exists(socket)) {
            connect(id);
        }
        PodShim shim = shims.get(id);
        if (shim != null) {
            shutdown(shim);
            forget(id);
        }
        removeSocket(socket);
    }

    private static void shutdown(PodShim shim) {
        try {
            shim.shutdown();
        } catch (Fault e) {
            if (e.kind() != FaultKind.UNAVAILABLE) {
                throw e;
            }
        }
    }

    /** A shim that was killed could not do it. */
    private static void removeSocket(Path socket) {
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw Fault.internal("cannot remove " + socket + ": " + e.getMessage(), e);
        }
    }

    /** Lets go of a shim that is gone. */
    public void forget(PodSandboxId id) {
        PodShim shim = shims.remove(id);
        if (shim != null) {
            shim.close();
        }
    }

    /** Lets go of all shims, which live on. */
    public void closeAll() {
        shims.keySet().forEach(this::forget);
    }

    /** Hears of what happens in shims, in the order of each; must not wait for the shim. */
    @FunctionalInterface
    public interface Listener {
        void onEvent(PodSandboxId sandbox, ShimEvent event);
    }
}
