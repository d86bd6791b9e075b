package io.windlass.linux.selinux;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.windlass.fault.Fault;
import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Labels of files. Thread-safe.
 *
 * <p>A tree may change while it is labelled, and who changes it may be a container: every step goes by descriptor from the folder above, and
 * no symbolic link is followed.
 */
public final class FileLabels {
    private static final byte[] ATTRIBUTE = "security.selinux".getBytes(UTF_8);
    private static final long CONFINED = OpenFlags.RESOLVE_BENEATH | OpenFlags.RESOLVE_NO_SYMLINKS;

    /** Each level costs a descriptor; what is deeper was not made to be used. */
    private static final int DEEPEST = 1000;

    private final Syscalls kernel;

    public FileLabels(Syscalls kernel) {
        this.kernel = kernel;
    }

    /** @param file without symbolic links in it */
    public Optional<String> of(Path file) {
        try (Fd folder = folderOf(file)) {
            return of(folder, name(file));
        } catch (SyscallException e) {
            throw e.fault("cannot read the SELinux label of " + file);
        }
    }

    /**
     * Labels everything in a tree, its top last: a top that has the label says that the rest has it, too, and then nothing is done. Nor is it on
     * a file system that takes no labels.
     *
     * @param top a folder or a file, without symbolic links in its path
     * @return whether there was something to do
     */
    public boolean relabel(Path top, String label) {
        try (Fd folder = folderOf(top)) {
            Optional<String> before = of(folder, name(top));
            if (before.filter(label::equals).isPresent() || !takesLabels(folder, name(top), before)) {
                return false;
            }
            return label(folder, name(top), label.getBytes(UTF_8), DEEPEST);
        } catch (SyscallException e) {
            throw e.fault("cannot label " + top + " as " + label);
        } catch (Fault e) {
            throw e.in("cannot label " + top + " as " + label);
        }
    }

    private Fd folderOf(Path file) {
        Path folder = Objects.requireNonNull(file.getParent(), "the root is no file to label");
        return kernel.openat2(
                Fd.WORKING_DIRECTORY,
                folder.toString(),
                OpenFlags.PATH | OpenFlags.DIRECTORY,
                0,
                OpenFlags.RESOLVE_NO_SYMLINKS);
    }

    private static String name(Path file) {
        return Objects.requireNonNull(file.getFileName(), "the root is no file to label")
                .toString();
    }

    private Optional<String> of(Fd folder, String name) {
        try {
            return Optional.of(new String(kernel.getxattr(folder, name, ATTRIBUTE), UTF_8).replace("\0", ""));
        } catch (SyscallException e) {
            if (e.is(Errno.ENODATA) || e.is(Errno.EOPNOTSUPP)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Asked with the label that is there: one that was given at mounting can be read, and not be set. */
    private boolean takesLabels(Fd folder, String name, Optional<String> before) {
        if (before.isEmpty()) {
            return true;
        }
        try {
            kernel.setxattr(folder, name, ATTRIBUTE, before.get().getBytes(UTF_8));
            return true;
        } catch (SyscallException e) {
            // EINVAL: a label of another policy, which shall go.
            if (!e.is(Errno.EOPNOTSUPP) && !e.is(Errno.EINVAL)) {
                throw e;
            }
            return e.is(Errno.EINVAL);
        }
    }

    /** @return whether it has the label now */
    private boolean label(Fd folder, String name, byte[] label, int levels) {
        try {
            if (kernel.statx(folder, name).isDirectory()) {
                content(folder, name, label, levels);
            }
            kernel.setxattr(folder, name, ATTRIBUTE, label);
            return true;
        } catch (SyscallException e) {
            // It has gone or become something else meanwhile; or something is mounted there that takes no labels.
            if (!e.is(Errno.ENOENT) && !e.is(Errno.ENOTDIR) && !e.is(Errno.ELOOP) && !e.is(Errno.EOPNOTSUPP)) {
                throw e;
            }
            return false;
        }
    }

    private void content(Fd parent, String name, byte[] label, int levels) {
        if (levels == 0) {
            throw Fault.invalid("it has folders in more than " + DEEPEST + " levels");
        }
        try (Fd folder = kernel.openat2(parent, name, OpenFlags.READ_ONLY | OpenFlags.DIRECTORY, 0, CONFINED)) {
            for (String entry : kernel.list(folder)) {
                label(folder, entry, label, levels - 1);
            }
        }
    }
}
