package io.windlass.image;

import io.windlass.fault.Fault;
import io.windlass.image.archive.FolderArchive;
import io.windlass.image.content.ContentStore;
import io.windlass.image.snapshot.Snapshot;
import io.windlass.image.snapshot.SnapshotStore;
import io.windlass.image.unpack.CopyInto;
import io.windlass.image.unpack.IdShift;
import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.FileStat;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks at, packs and makes files in containers. Thread-safe.
 *
 * <p>Of a container that runs it is the tree that its process sees, with all mounts; of one that does not, the root file system without
 * volumes. Paths are resolved in the container's root by the kernel, whatever links there are and whatever the container changes meanwhile.
 */
public final class ContainerFiles {
    private static final long CONFINED = OpenFlags.RESOLVE_IN_ROOT | OpenFlags.RESOLVE_NO_MAGICLINKS;
    private static final int MOST_LINKS = 40;

    private final Syscalls kernel;
    private final SnapshotStore snapshots;
    private final FolderArchive archives;
    /** Containers that do not run and are being written to: their layers can be mounted for that once at a time. */
    private final Set<String> written = ConcurrentHashMap.newKeySet();

    ContainerFiles(Syscalls kernel, SnapshotStore snapshots) {
        this.kernel = kernel;
        this.snapshots = snapshots;
        this.archives = new FolderArchive(kernel);
    }

    /**
     * Whose files are meant.
     *
     * @param id of the container
     * @param process the number of its process, if it runs
     * @param ids of its user namespace
     */
    public record Owner(String id, OptionalLong process, IdShift ids) {}

    /**
     * What is at a path.
     *
     * @param path where links led to, where they were followed
     * @param stat empty when nothing is there
     */
    public record Found(String path, Optional<FileStat> stat) {
        public boolean exists() {
            return stat.isPresent();
        }

        public boolean isFolder() {
            return stat.filter(FileStat::isDirectory).isPresent();
        }

        public long size() {
            return stat.map(FileStat::size).orElse(0L);
        }
    }

    /** @param follow whether a link in the last place is followed; one before a final slash always is */
    public Found find(Owner owner, String path, boolean follow) {
        try (Fd root = open(owner, false)) {
            return find(root, path, follow);
        } catch (SyscallException e) {
            throw e.fault("cannot look at " + path + " in container " + owner.id());
        }
    }

    /**
     * Packs a file or folder.
     *
     * @param as its name in the archive; "." for what is in the folder only
     * @param archive stays open
     */
    public void pack(Owner owner, String path, boolean follow, String as, OutputStream archive) {
        String what = "copy " + path + " from container " + owner.id();
        try (Fd root = open(owner, false)) {
            Found found = find(root, path, follow);
            FileStat stat = found.stat().orElseThrow(() -> Fault.notFound("there is nothing"));
            String folder = stat.isDirectory() ? found.path() : parent(found.path());
            try (Fd opened = kernel.openat2(root, folder, OpenFlags.PATH | OpenFlags.DIRECTORY, 0, CONFINED)) {
                if (kernel.statfs(opened.path()).ofTheKernel()) {
                    throw Fault.precondition(
                            "it is a view of the kernel, whose files have no size; read it by a command in the container");
                }
                archives.packAs(opened, stat.isDirectory() ? "." : last(found.path()), as, owner.ids(), archive);
            }
        } catch (SyscallException e) {
            throw e.fault("cannot " + what);
        } catch (IOException e) {
            throw ContentStore.failure(what, e);
        } catch (Fault e) {
            throw e.in("cannot " + what);
        }
    }

    /**
     * Unpacks an archive into a folder that is there.
     *
     * @param owners whether the archive says who owns what is made; else it is root of the container
     * @return how many files, folders and others there were
     */
    public long unpack(Owner owner, String folder, boolean owners, InputStream archive) {
        String what = "copy to " + folder + " in container " + owner.id();
        try {
            if (owner.process().isPresent()) {
                return unpack(open(owner, false), owner, folder, owners, archive);
            }
            if (!written.add(owner.id())) {
                throw Fault.precondition("another copy into it is under way; try again when it has ended");
            }
            try {
                return unpack(open(owner, true), owner, folder, owners, archive);
            } finally {
                written.remove(owner.id());
            }
        } catch (SyscallException e) {
            throw e.fault("cannot " + what);
        } catch (IOException e) {
            throw ContentStore.failure(what, e);
        } catch (Fault e) {
            throw e.in("cannot " + what);
        }
    }

    private long unpack(Fd opened, Owner owner, String folder, boolean owners, InputStream archive) throws IOException {
        try (Fd root = opened) {
            return new CopyInto(kernel, owner.ids(), owners).unpack(archive, root, folder);
        }
    }

    private Found find(Fd root, String path, boolean follow) {
        boolean folder = path.endsWith("/") || path.endsWith("/.");
        String at = "/" + path;
        for (int links = 0; links <= MOST_LINKS; links++) {
            Optional<FileStat> stat = stat(root, at, folder);
            if (folder || !follow || stat.filter(FileStat::isSymbolicLink).isEmpty()) {
                return new Found(at, stat);
            }
            try (Fd parent = kernel.openat2(root, parent(at), OpenFlags.PATH | OpenFlags.DIRECTORY, 0, CONFINED)) {
                String target = kernel.readlinkat(parent, last(at));
                at = target.startsWith("/") ? target : parent(at) + "/" + target;
            }
        }
        throw Fault.invalid(path + " is a loop of symbolic links");
    }

    private Optional<FileStat> stat(Fd root, String path, boolean folder) {
        int flags = folder ? OpenFlags.PATH | OpenFlags.DIRECTORY : OpenFlags.PATH | OpenFlags.NO_FOLLOW;
        try (Fd opened = kernel.openat2(root, path, flags, 0, CONFINED)) {
            return Optional.of(kernel.statx(opened, ""));
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static String parent(String path) {
        return path.substring(0, path.lastIndexOf('/') + 1);
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private Fd open(Owner owner, boolean toWrite) {
        if (owner.process().isPresent()) {
            return openRunning(owner.id(), owner.process().getAsLong());
        }
        Snapshot snapshot = snapshots
                .find(owner.id())
                .orElseThrow(() -> Fault.precondition("container " + owner.id() + " has no files any more"));
        if (!owner.ids().equals(IdShift.NONE)) {
            throw Fault.unimplemented("container " + owner.id()
                    + " does not run, and its pod has a user namespace: its layers belong to other users without it;"
                    + " copy while it runs");
        }
        return toWrite ? snapshot.mountedToWrite() : snapshot.mounted();
    }

    /**
     * The root of a process, which is certain to be the container's: a descriptor of the process' folder in /proc never leads to another
     * process that got its number, and the group it is in is named by the container.
     */
    private Fd openRunning(String id, long process) {
        Path folder = Path.of("/proc", Long.toString(process));
        try (Fd opened = kernel.open(folder, OpenFlags.PATH | OpenFlags.DIRECTORY, 0)) {
            if (!Files.readString(opened.path().resolve("cgroup")).contains(id)) {
                throw Fault.precondition("container " + id + " has just ended; try again");
            }
            return kernel.open(opened.path().resolve("root"), OpenFlags.PATH | OpenFlags.DIRECTORY, 0);
        } catch (IOException e) {
            throw Fault.precondition("container " + id + " has just ended; try again (" + e.getMessage() + ")");
        } catch (SyscallException e) {
            throw e.fault("cannot open the root of container " + id + ", which may have ended");
        }
    }
}
