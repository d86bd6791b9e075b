package io.windlass.image.snapshot;

import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.FileStat;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Adds up a tree that may be changing meanwhile; never follows links and never enters other mounts. Stateless. */
final class DiskUsage {
    private static final long CONFINED =
            OpenFlags.RESOLVE_BENEATH | OpenFlags.RESOLVE_NO_SYMLINKS | OpenFlags.RESOLVE_NO_XDEV;

    private final Syscalls kernel;

    DiskUsage(Syscalls kernel) {
        this.kernel = kernel;
    }

    SnapshotUsage of(Path directory) {
        Total total = new Total();
        Deque<String> pending = new ArrayDeque<>(List.of("."));
        try (Fd root = kernel.open(directory, OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW, 0)) {
            total.add(kernel.statx(root, ""));
            while (!pending.isEmpty()) {
                visit(root, pending.pop(), total, pending);
            }
            return new SnapshotUsage(total.bytes, total.inodes, Instant.now());
        } catch (SyscallException e) {
            throw e.fault("cannot tell the usage of " + directory);
        }
    }

    private void visit(Fd root, String path, Total total, Deque<String> pending) {
        Optional<Fd> opened =
                attempt(() -> kernel.openat2(root, path, OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW, 0, CONFINED));
        if (opened.isEmpty()) {
            return;
        }
        try (Fd directory = opened.get()) {
            for (String name : kernel.list(directory)) {
                attempt(() -> kernel.statx(directory, name)).ifPresent(stat -> {
                    total.add(stat);
                    if (stat.isDirectory()) {
                        pending.push(path + "/" + name);
                    }
                });
            }
        }
    }

    /**
     * Empty when the file was removed or replaced since it was listed, or lies deeper than a path can say (4096 bytes): then
     * it is not counted.
     */
    private static <T> Optional<T> attempt(Supplier<T> call) {
        try {
            return Optional.of(call.get());
        } catch (SyscallException e) {
            if (List.of(Errno.ENOENT, Errno.ELOOP, Errno.ENOTDIR, Errno.EXDEV, Errno.ENAMETOOLONG)
                    .contains(e.errno())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static final class Total {
        private final Set<Long> linked = new HashSet<>();
        private long bytes;
        private long inodes;

        void add(FileStat stat) {
            if (stat.links() > 1 && !stat.isDirectory() && !linked.add(stat.inode())) {
                return;
            }
            bytes += stat.blocks() * 512;
            inodes++;
        }
    }
}
