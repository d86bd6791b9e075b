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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the node can do for pods with user namespaces of their own.
 *
 * @param available whether there can be such pods
 * @param idMappable whether the tree of mounts at the first path can be mapped as the user namespace pinned at the second
 */
public record UserNamespaces(boolean available, BiPredicate<Path, Path> idMappable) {
    /** A node without any. */
    public static final UserNamespaces NONE = new UserNamespaces(false, (_, _) -> false);

    /** From 6.13 on overlayfs takes its layers by descriptors, as idmapped layers need it. */
    private static final int LEAST_MAJOR = 6;

    private static final int LEAST_MINOR = 13;

    private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*");

    static UserNamespaces detect(Syscalls kernel) {
        return new UserNamespaces(
                newEnough(text(Path.of("/proc/sys/kernel/osrelease")))
                        && text(Path.of("/proc/sys/user/max_user_namespaces")).matches("[1-9]\\d*"),
                (tree, userNamespace) -> idMappable(kernel, tree, userNamespace));
    }

    static boolean newEnough(String release) {
        Matcher found = RELEASE.matcher(release);
        if (!found.matches()) {
            return false;
        }
        int major = Integer.parseInt(found.group(1));
        return major > LEAST_MAJOR || (major == LEAST_MAJOR && Integer.parseInt(found.group(2)) >= LEAST_MINOR);
    }

    /** Tries it on a detached copy, which goes with its descriptor: the kernel alone knows. */
    private static boolean idMappable(Syscalls kernel, Path tree, Path userNamespace) {
        try (Fd user = kernel.open(userNamespace, OpenFlags.READ_ONLY, 0);
                Fd source = kernel.open(tree, OpenFlags.PATH, 0);
                Fd copy = kernel.openTree(
                        source, "", MountFlags.OPEN_TREE_CLONE | OpenFlags.AT_RECURSIVE | OpenFlags.AT_EMPTY_PATH)) {
            kernel.mountSetattr(
                    copy,
                    "",
                    OpenFlags.AT_EMPTY_PATH | OpenFlags.AT_RECURSIVE,
                    MountFlags.ATTR_IDMAP,
                    0,
                    0,
                    Optional.of(user));
            return true;
        } catch (SyscallException e) {
            if (e.is(Errno.EINVAL) || e.is(Errno.EPERM)) {
                return false;
            }
            throw e.fault("cannot map the ids of " + tree);
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
