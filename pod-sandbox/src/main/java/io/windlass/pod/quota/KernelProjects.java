package io.windlass.pod.quota;

import io.windlass.fault.Fault;
import io.windlass.linux.Fd;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.ProjectUsage;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** Those that the kernel knows. */
public final class KernelProjects implements Projects {
    /** As the shim makes logs. */
    private static final int LOG_MODE = 0640;

    private final Syscalls kernel;

    public KernelProjects(Syscalls kernel) {
        this.kernel = kernel;
    }

    @Override
    public ProjectFilesystem filesystem(Path path) {
        try (Fd file = kernel.open(path, OpenFlags.READ_ONLY | OpenFlags.NON_BLOCKING, 0)) {
            FileStore store = Files.getFileStore(path);
            return new ProjectFilesystem(
                    mountpoint(path.toRealPath(), kernel.statx(file, "").mountId())
                            .toString(),
                    store.type(),
                    store.name(),
                    kernel.projectQuotas(file));
        } catch (IOException | SyscallException e) {
            throw Fault.internal("cannot tell the filesystem of " + path + ": " + e.getMessage(), e);
        }
    }

    /** The topmost folder that is reached by the same mount. */
    private Path mountpoint(Path path, long mount) {
        Path top = path;
        for (Path parent = path.getParent(); parent != null; parent = parent.getParent()) {
            try (Fd folder = kernel.open(parent, OpenFlags.PATH, 0)) {
                if (kernel.statx(folder, "").mountId() != mount) {
                    return top;
                }
            }
            top = parent;
        }
        return top;
    }

    @Override
    public void assignFolder(Path folder, long project) {
        assign(folder, OpenFlags.READ_ONLY | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW, project, true);
    }

    @Override
    public void assignFile(Path file, long project) {
        assign(file, OpenFlags.WRITE_ONLY | OpenFlags.CREATE | OpenFlags.APPEND, project, false);
    }

    private void assign(Path path, int flags, long project, boolean inherited) {
        try (Fd file = kernel.open(path, flags, LOG_MODE)) {
            kernel.setProject(file, project, inherited);
        } catch (SyscallException e) {
            throw e.fault("cannot put " + path + " into project " + project);
        }
    }

    @Override
    public void limit(String mountpoint, long project, long bytes, long inodes) {
        onFilesystem(mountpoint, "limit project " + project + " on " + mountpoint, root -> {
            kernel.setProjectLimits(root, project, bytes, inodes);
            return mountpoint;
        });
    }

    @Override
    public ProjectUsage usage(String mountpoint, long project) {
        return onFilesystem(
                mountpoint,
                "tell what project " + project + " takes on " + mountpoint,
                root -> kernel.projectUsage(root, project));
    }

    private <T> T onFilesystem(String mountpoint, String what, Function<Fd, T> work) {
        try (Fd root = kernel.open(Path.of(mountpoint), OpenFlags.READ_ONLY | OpenFlags.NON_BLOCKING, 0)) {
            return work.apply(root);
        } catch (SyscallException e) {
            throw e.fault("cannot " + what);
        }
    }
}
