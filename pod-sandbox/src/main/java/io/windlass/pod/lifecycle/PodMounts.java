package io.windlass.pod.lifecycle;

import io.windlass.fault.Fault;
import io.windlass.linux.Errno;
import io.windlass.linux.MountFlags;
import io.windlass.linux.MountSyscalls;
import io.windlass.linux.SyscallException;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.pod.model.SelinuxLabels;
import io.windlass.runtime.shim.PodNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/** The few mounts of a pod that the node's mount table shows: its /dev/shm and its pinned namespaces. Thread-safe. */
public final class PodMounts {
    private static final long SHARED_MEMORY_FLAGS = MountFlags.MS_NOSUID | MountFlags.MS_NODEV | MountFlags.MS_NOEXEC;
    private static final String SHARED_MEMORY = "mode=1777,size=65536k";

    private final MountSyscalls kernel;
    private final PodFolders folders;

    public PodMounts(MountSyscalls kernel, PodFolders folders) {
        this.kernel = kernel;
        this.folders = folders;
    }

    /**
     * @param owner who may remove what others put there
     * @param labels the pod's
     */
    public void mountSharedMemory(PodSandboxId id, RootOwner owner, Optional<SelinuxLabels> labels) {
        Path target = folders.sharedMemory(id);
        try {
            Files.createDirectory(target);
            kernel.mount(
                    "shm",
                    target,
                    "tmpfs",
                    SHARED_MEMORY_FLAGS,
                    SHARED_MEMORY + ",uid=" + owner.uid() + ",gid=" + owner.gid() + context(labels));
        } catch (IOException e) {
            throw Fault.internal("cannot make folder " + target + ": " + e.getMessage(), e);
        } catch (SyscallException e) {
            throw e.fault("cannot mount /dev/shm of pod sandbox " + id);
        }
    }

    /** In quotes: a label may have commas. */
    private static String context(Optional<SelinuxLabels> labels) {
        return labels.map(found -> ",context=\"" + found.mount() + "\"").orElse("");
    }

    /** Takes every mount of the pod away. Idempotent. */
    public void unmountAll(PodSandboxId id) {
        unmount(folders.sharedMemory(id));
        for (PodNamespace namespace : PodNamespace.values()) {
            unmount(folders.namespace(id, namespace));
        }
    }

    private void unmount(Path target) {
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            kernel.unmount(target, MountFlags.MNT_DETACH | MountFlags.UMOUNT_NOFOLLOW);
        } catch (SyscallException e) {
            // EINVAL: nothing is mounted there.
            if (!e.is(Errno.EINVAL) && !e.is(Errno.ENOENT)) {
                throw e.fault("cannot unmount " + target);
            }
        }
    }
}
