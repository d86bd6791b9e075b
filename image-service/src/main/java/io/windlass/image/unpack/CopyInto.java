package io.windlass.image.unpack;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.FileStat;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Unpacks an archive into a folder that has files already, as copying would. Not thread-safe; one use.
 *
 * <p>Files take the place of what is not a folder; folders that are there stay as they are; a file never takes the place of a folder, nor a
 * folder that of a file. All paths are resolved in the root that is given, as chroot would, for each member anew: whoever changes the
 * tree meanwhile can lead the members elsewhere in that root, and nowhere else.
 */
public final class CopyInto {
    private final Syscalls kernel;
    private final IdShift ids;
    private final boolean owners;
    private final SequencedMap<EntryPath, TarEntry> made = new LinkedHashMap<>();
    private long files;

    /**
     * @param ids of who uses the tree
     * @param owners whether the archive says who owns what is made; else it belongs to user and group 0 of {@code ids}
     */
    public CopyInto(Syscalls kernel, IdShift ids, boolean owners) {
        this.kernel = kernel;
        this.ids = ids;
        this.owners = owners;
    }

    /**
     * Unpacks all of an archive.
     *
     * @param root what paths and links are resolved in
     * @param folder in the root, which has to be there
     * @return how many files, folders and others were in the archive
     */
    public long unpack(InputStream archive, Fd root, String folder) throws IOException {
        List<String> prefix = Arrays.stream(folder.split("/", -1))
                .filter(name -> !name.isEmpty() && !name.equals("."))
                .toList();
        try (LayerTree tree = new LayerTree(kernel, root, Optional.empty())) {
            try (Fd _ = tree.find(new EntryPath(prefix))
                    .orElseThrow(() -> Fault.notFound("there is no folder " + folder))) {
                EntryWriter writer = new EntryWriter(kernel, tree);
                TarReader reader = new TarReader(archive);
                for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                    if (Thread.currentThread().isInterrupted()) {
                        throw new Fault(FaultKind.CANCELLED, "copying was cancelled");
                    }
                    apply(prefix, entry.get(), reader, tree, writer);
                }
                for (Map.Entry<EntryPath, TarEntry> folders :
                        made.sequencedEntrySet().reversed()) {
                    times(tree, folders.getKey(), folders.getValue());
                }
            }
        } catch (SyscallException e) {
            throw refused(folder, e);
        } catch (TarFormatException e) {
            throw Fault.invalid("what is to be unpacked is no tar archive: " + e.getMessage());
        }
        return files;
    }

    private void apply(List<String> prefix, TarEntry entry, TarReader data, LayerTree tree, EntryWriter writer)
            throws IOException {
        try {
            EntryPath path = below(prefix, entry.path());
            if (path.names().size() == prefix.size()) {
                return;
            }
            files++;
            TarEntry own = owned(entry, prefix);
            Fd parent = tree.directory(path.parent());
            Optional<FileStat> there = tree.stat(parent, path.last());
            boolean folder = entry.type() == TarType.DIRECTORY;
            if (there.isPresent() && there.get().isDirectory() != folder) {
                throw RefusedEntryException.hostile(
                        folder ? "there is a file of this name" : "there is a folder of this name");
            }
            if (!folder) {
                writer.other(path, own, data);
            } else if (there.isEmpty()) {
                writer.newDirectory(parent, path.last(), own);
                made.put(path, own);
            }
        } catch (RefusedEntryException e) {
            throw new Fault(e.kind(), "'" + entry.path() + "' is refused: " + e.getMessage(), e);
        } catch (SyscallException e) {
            throw refused("'" + entry.path() + "'", e);
        }
    }

    private static EntryPath below(List<String> prefix, String path) {
        List<String> names = new ArrayList<>(prefix);
        names.addAll(EntryPath.parse(path).names());
        return new EntryPath(names);
    }

    /** The member as it is to be made: its owner, and hard links that lead to where its archive is unpacked. */
    private TarEntry owned(TarEntry entry, List<String> prefix) {
        String link = entry.type() == TarType.HARD_LINK
                ? String.join("/", below(prefix, entry.linkTarget()).names())
                : entry.linkTarget();
        return new TarEntry(
                entry.path(),
                entry.type(),
                entry.mode(),
                ids.uidOutside(owners ? entry.uid() : 0),
                ids.gidOutside(owners ? entry.gid() : 0),
                entry.size(),
                entry.modifiedSeconds(),
                entry.modifiedNanos(),
                link,
                entry.deviceMajor(),
                entry.deviceMinor(),
                // What a file is to SELinux is said by where it comes to lie.
                entry.attributes().stream()
                        .filter(attribute -> !new String(attribute.name(), java.nio.charset.StandardCharsets.ISO_8859_1)
                                .equals("security.selinux"))
                        .toList(),
                entry.segments());
    }

    private void times(LayerTree tree, EntryPath path, TarEntry entry) {
        try (Fd folder = kernel.openat2(
                tree.directory(path.parent()),
                path.last(),
                OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW,
                0,
                OpenFlags.RESOLVE_BENEATH | OpenFlags.RESOLVE_NO_SYMLINKS)) {
            kernel.utimensat(folder, "", entry.modifiedSeconds(), entry.modifiedNanos());
        } catch (SyscallException e) {
            // Others work there too, and have removed or replaced it.
            if (!e.is(Errno.ENOENT) && !e.is(Errno.ENOTDIR) && !e.is(Errno.ELOOP)) {
                throw e;
            }
        }
    }

    private static Fault refused(String what, SyscallException e) {
        if (e.is(Errno.EROFS)) {
            return Fault.precondition("the place of " + what + " is mounted read-only (" + e.getMessage() + ")");
        }
        if (e.errno().name().equals("EOVERFLOW")) {
            return Fault.precondition("the place of " + what
                    + " is a volume whose users are numbered as in the user namespace; only processes in the container"
                    + " can make files there (" + e.getMessage() + ")");
        }
        return e.fault("cannot make " + what);
    }
}
