package io.windlass.linux;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Mounts, by descriptor where the kernel can. See {@link Syscalls}. */
public interface MountSyscalls {
    /** @param flags {@link MountFlags#OPEN_TREE_CLONE}, AT_RECURSIVE, AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW */
    Fd openTree(Fd directory, String path, int flags);

    /** Attaches a detached tree, or moves a mount; with an empty path the descriptor itself is meant. */
    void moveMount(Fd from, String fromPath, Fd to, String toPath);

    /**
     * Makes a detached mount of a new file system.
     *
     * @param attributes ATTR_* of {@link MountFlags}
     */
    Fd fsmount(String type, List<MountOption> options, long attributes);

    /** Whether the kernel's file system takes a folder by descriptor as a value of this option; nothing is mounted. */
    boolean takesDescriptor(String type, String option, Fd folder);

    /**
     * Changes attributes of a mount.
     *
     * @param flags AT_EMPTY_PATH, AT_RECURSIVE
     * @param propagation MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE, or 0 for no change
     * @param userNamespace for ATTR_IDMAP
     */
    void mountSetattr(
            Fd directory,
            String path,
            int flags,
            long attributesSet,
            long attributesCleared,
            long propagation,
            Optional<Fd> userNamespace);

    /** The classic mount call, for what the newer ones cannot do. Null-like arguments are empty strings. */
    void mount(String source, Path target, String type, long flags, String data);

    /** Binds one file or tree (with its submounts) over another. */
    void bindMount(Path from, Path to);

    /** @param flags MNT_DETACH, UMOUNT_NOFOLLOW */
    void unmount(Path target, int flags);
}
