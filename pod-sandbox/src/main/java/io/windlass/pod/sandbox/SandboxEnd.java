package io.windlass.pod.sandbox;

import io.windlass.pod.lifecycle.PodCgroups;
import io.windlass.pod.lifecycle.PodFolders;
import io.windlass.pod.lifecycle.PodMounts;
import io.windlass.pod.lifecycle.Shims;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.network.PodNetwork;
import io.windlass.pod.security.Labelling;
import io.windlass.pod.store.Intent;
import io.windlass.pod.store.PodStore;
import io.windlass.runtime.shim.PodNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Takes sandboxes apart, in the order in which things depend on each other. Thread-safe; every method is idempotent. */
public final class SandboxEnd {
    private final PodStore store;
    private final Shims shims;
    private final PodFolders folders;
    private final PodMounts mounts;
    private final PodCgroups cgroups;
    private final PodNetwork network;
    private final Labelling labelling;

    public SandboxEnd(
            PodStore store,
            Shims shims,
            PodFolders folders,
            PodMounts mounts,
            PodCgroups cgroups,
            PodNetwork network,
            Labelling labelling) {
        this.store = store;
        this.shims = shims;
        this.folders = folders;
        this.mounts = mounts;
        this.cgroups = cgroups;
        this.network = network;
        this.labelling = labelling;
    }

    /**
     * Gives back what a sandbox without live containers holds of the machine. The network goes first: if it cannot be
     * detached, the namespace that a retry needs is kept.
     */
    public void release(PodSandboxId id) {
        Path pin = folders.namespace(id, PodNamespace.NET);
        network.detach(id.value(), Files.exists(pin) ? Optional.of(pin) : Optional.empty());
        shims.end(id);
        mounts.unmountAll(id);
    }

    /** Removes what is left of a released sandbox. */
    public void dismantle(PodSandboxId id, String ownGroup) {
        folders.remove(id);
        if (!ownGroup.isEmpty()) {
            cgroups.removeOwnParent(ownGroup);
        }
        labelling.release(id);
    }

    /** Undoes the making of a sandbox that nobody has seen, whatever stage it had reached. */
    public void undo(Intent intent) {
        release(intent.sandboxId());
        dismantle(intent.sandboxId(), intent.cgroupPath());
        store.forgetIntent(intent.id());
    }
}
