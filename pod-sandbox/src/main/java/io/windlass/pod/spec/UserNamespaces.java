package io.windlass.pod.spec;

import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.MountFlags;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * What the node can do for pods with user namespaces of their own.
 *
 * @param available whether there can be such pods
 * @param idMappable whether the tree of mounts at the first path can be mapped as the user namespace pinned at the second
 */
public record UserNamespaces(boolean available, BiPredicate<Path, Path> idMappable) {
    /** A node without any. */
    public static final UserNamespaces NONE = new UserNamespaces(false, (_, _) -> false);

    static UserNamespaces detect(Syscalls kernel) {
        return new UserNamespaces(
                text(Path.of("/proc/sys/user/max_user_namespaces")).matches("[1-9]\\d*") && idMapsMounts(kernel),
                (tree, userNamespace) -> idMappable(kernel, tree, userNamespace));
    }

    /** A kernel that can refuses the initial user namespace with EPERM, one that cannot the attribute with EINVAL. */
    private static boolean idMapsMounts(Syscalls kernel) {
        try {
            return idMapped(kernel, Path.of("/"), Path.of("/proc/self/ns/user"), false);
        } catch (SyscallException e) {
            return e.is(Errno.EPERM);
        }
    }

    /** Tries it on a detached copy, which goes with its descriptor: the kernel alone knows. */
    private static boolean idMappable(Syscalls kernel, Path tree, Path userNamespace) {
        try {
            return idMapped(kernel, tree, userNamespace, true);
        } catch (SyscallException e) {
            if (e.is(Errno.EINVAL) || e.is(Errno.EPERM)) {
                return false;
            }
            throw e.fault("cannot map the ids of " + tree);
        }
    }

    private static boolean idMapped(Syscalls kernel, Path tree, Path userNamespace, boolean recursive) {
        int all = recursive ? OpenFlags.AT_RECURSIVE : 0;
        try (Fd user = kernel.open(userNamespace, OpenFlags.READ_ONLY, 0);
                Fd source = kernel.open(tree, OpenFlags.PATH, 0);
                Fd copy = kernel.openTree(source, "", MountFlags.OPEN_TREE_CLONE | all | OpenFlags.AT_EMPTY_PATH)) {
            kernel.mountSetattr(
                    copy, "", OpenFlags.AT_EMPTY_PATH | all, MountFlags.ATTR_IDMAP, 0, 0, Optional.of(user));
            return true;
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException absent) {
            return "";
        }
    }
}
