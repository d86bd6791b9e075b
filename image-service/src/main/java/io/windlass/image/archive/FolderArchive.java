package io.windlass.image.archive;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.unpack.IdShift;
import io.windlass.image.unpack.LayerUnpacker;
import io.windlass.image.unpack.UnpackLimits;
import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.FileMode;
import io.windlass.linux.FileStat;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Packs folders into tar archives and unpacks them. Thread-safe.
 *
 * <p>Links are never followed and other mounts never entered. The upper folder of an overlay becomes a layer as the OCI image
 * specification has it: what hides files of lower layers is written as whiteouts.
 */
public final class FolderArchive {
    private static final int BUFFER = 64 << 10;
    private static final long CONFINED =
            OpenFlags.RESOLVE_BENEATH | OpenFlags.RESOLVE_NO_SYMLINKS | OpenFlags.RESOLVE_NO_XDEV;
    private static final byte[] OPAQUE = "trusted.overlay.opaque".getBytes(StandardCharsets.US_ASCII);

    private final Syscalls kernel;

    public FolderArchive(Syscalls kernel) {
        this.kernel = kernel;
    }

    /**
     * Packs everything in a folder. Sockets, which no archive can hold, are left out.
     *
     * @param archive written anew; its mode is 0600
     */
    public void pack(Path folder, Path archive) {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(archive), BUFFER)) {
            kernel.fchmodat(Fd.WORKING_DIRECTORY, archive.toString(), 0600);
            pack(folder, out);
        } catch (IOException e) {
            throw new Fault(
                    FaultKind.INTERNAL, "cannot pack %s into %s: %s".formatted(folder, archive, e.getMessage()), e);
        } catch (SyscallException e) {
            throw e.fault("cannot pack " + folder + " into " + archive);
        }
    }

    /** The same to a stream, which stays open. */
    public void pack(Path folder, OutputStream archive) throws IOException {
        try (Fd root = kernel.open(folder, OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW, 0)) {
            new Packing(root, Form.LAYER, archive).whole();
        } catch (SyscallException e) {
            throw e.fault("cannot pack " + folder);
        }
    }

    /**
     * Packs a root file system as whoever is in it sees it, but for what is mounted on it: of that only the mount point is there.
     *
     * @param root opened for reading, or as a path
     */
    public void packRoot(Fd root, OutputStream archive) throws IOException {
        try {
            new Packing(root, Form.LAYER, archive).whole();
        } catch (SyscallException e) {
            throw e.fault("cannot pack the root file system");
        }
    }

    /**
     * Packs a folder or one file as whoever uses it sees it: with what is mounted in it, but for file systems that are views of the kernel.
     * Other processes may change everything meanwhile: what has gone is left out, and nothing outside the folder is read.
     *
     * @param folder opened as a path
     * @param name of what is packed in it; "." is the folder itself
     * @param as its name in the archive; "." for what is in the folder only
     * @param ids of who uses it
     */
    public void packAs(Fd folder, String name, String as, IdShift ids, OutputStream archive) throws IOException {
        boolean whole = name.equals(".");
        Packing packing =
                new Packing(folder, new Form(false, true, whole && !as.equals(".") ? as + "/" : "", ids), archive);
        if (whole) {
            packing.whole();
        } else {
            packing.one(name, as);
        }
    }

    /**
     * Unpacks a layer; whiteouts take the form that overlay wants.
     *
     * @param folder empty; becomes the layer's root
     * @param discarded an empty folder on the same filesystem
     */
    public void unpack(Path archive, Path folder, Path discarded) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(archive), BUFFER)) {
            new LayerUnpacker(kernel, UnpackLimits.DEFAULT, archive.toString()).unpack(in, folder, discarded);
        } catch (IOException e) {
            throw new Fault(FaultKind.INVALID_ARGUMENT, "cannot unpack " + archive + ": " + e.getMessage(), e);
        }
    }

    /**
     * What an archive is for.
     *
     * @param layer whether the folder is of an overlay, where some devices and attributes say what of the layers below is hidden
     * @param mounts whether what is mounted in the folder is packed too
     * @param prefix of all names in the archive
     * @param ids whose numbers of users and groups are in it
     */
    private record Form(boolean layer, boolean mounts, String prefix, IdShift ids) {
        static final Form LAYER = new Form(true, false, "", IdShift.NONE);
    }

    /** What files with several names are known by. */
    private record Identity(FileStat.Device device, long inode) {}

    /** One archive being written. */
    private final class Packing {
        private final Fd root;
        private final Form form;
        private final long confined;
        private final TarWriter writer;
        private final Map<Identity, String> linked = new HashMap<>();
        private final ByteBuffer direct = ByteBuffer.allocateDirect(BUFFER);
        private final byte[] chunk = new byte[BUFFER];

        Packing(Fd root, Form form, OutputStream archive) {
            this.root = root;
            this.form = form;
            this.confined = form.mounts ? CONFINED & ~OpenFlags.RESOLVE_NO_XDEV : CONFINED;
            this.writer = new TarWriter(archive);
        }

        void whole() throws IOException {
            attributesOf("", kernel.statx(root, ""));
            entriesOf("");
            writer.end();
        }

        /** One file of the root folder, under another name. */
        void one(String name, String as) throws IOException {
            pack(root, as, name, kernel.statx(root, name));
            writer.end();
        }

        void entriesOf(String path) throws IOException {
            List<String> names;
            try (Fd folder = open(path.isEmpty() ? "." : path, OpenFlags.DIRECTORY)) {
                names = kernel.list(folder).stream().sorted().toList();
                for (String name : names) {
                    entry(folder, path.isEmpty() ? name : path + "/" + name, name);
                }
            }
        }

        private void entry(Fd folder, String path, String name) throws IOException {
            if (Thread.currentThread().isInterrupted()) {
                throw new Fault(FaultKind.CANCELLED, "packing was cancelled at " + path);
            }
            try {
                pack(folder, path, name, kernel.statx(folder, name));
            } catch (SyscallException e) {
                // It was there when its folder was read: whoever uses it works on.
                if (!e.is(Errno.ENOENT) && !e.is(Errno.ENOTDIR) && !e.is(Errno.ELOOP)) {
                    throw e;
                }
            }
        }

        private void pack(Fd folder, String path, String name, FileStat stat) throws IOException {
            switch (stat.mode() & FileMode.TYPE_MASK) {
                case FileMode.DIRECTORY -> {
                    if (isMountPoint(folder, name)) {
                        empty(path + "/", TarMember.FOLDER, stat, "", Map.of());
                    } else {
                        attributesOf(path, stat);
                        entriesOf(path);
                    }
                }
                case FileMode.REGULAR -> {
                    if (isMountPoint(folder, name)) {
                        empty(path, TarMember.FILE, stat, "", Map.of());
                    } else {
                        file(folder, path, name);
                    }
                }
                case FileMode.SYMBOLIC_LINK ->
                    empty(
                            path,
                            TarMember.SYMBOLIC_LINK,
                            stat,
                            kernel.readlinkat(folder, name),
                            attributes(folder, name));
                case FileMode.FIFO -> empty(path, TarMember.FIFO, stat, "", Map.of());
                case FileMode.BLOCK_DEVICE -> empty(path, TarMember.BLOCK_DEVICE, stat, "", Map.of());
                case FileMode.CHARACTER_DEVICE -> characterDevice(path, stat);
                default -> {
                    // A socket: whoever bound it binds it anew.
                }
            }
        }

        /** Whether something is mounted there that is not packed. */
        private boolean isMountPoint(Fd folder, String name) {
            try (Fd opened = kernel.openat2(folder, name, OpenFlags.PATH | OpenFlags.NO_FOLLOW, 0, confined)) {
                return form.mounts
                        && kernel.statx(opened, "").mountRoot()
                        && kernel.statfs(opened.path()).ofTheKernel();
            } catch (SyscallException e) {
                if (e.is(Errno.EXDEV)) {
                    return true;
                }
                throw e;
            }
        }

        /** A folder, and that it hides what lies below it. */
        void attributesOf(String path, FileStat stat) throws IOException {
            String shown = path.isEmpty() ? (form.prefix.isEmpty() ? "./" : "") : path + "/";
            try (Fd folder = open(path.isEmpty() ? "." : path, OpenFlags.DIRECTORY)) {
                empty(shown, TarMember.FOLDER, stat, "", attributes(folder, "."));
                if (form.layer && opaque(folder)) {
                    whiteout(path.isEmpty() ? ".wh..wh..opq" : path + "/.wh..wh..opq", stat);
                }
            }
        }

        private boolean opaque(Fd folder) {
            try {
                return kernel.getxattr(folder, ".", OPAQUE).length > 0;
            } catch (SyscallException e) {
                if (e.is(Errno.ENODATA) || e.is(Errno.EOPNOTSUPP)) {
                    return false;
                }
                throw e;
            }
        }

        private void characterDevice(String path, FileStat stat) throws IOException {
            if (form.layer
                    && stat.specialDevice().major() == 0
                    && stat.specialDevice().minor() == 0) {
                int slash = path.lastIndexOf('/');
                whiteout(path.substring(0, slash + 1) + ".wh." + path.substring(slash + 1), stat);
            } else {
                empty(path, TarMember.CHARACTER_DEVICE, stat, "", Map.of());
            }
        }

        private void whiteout(String path, FileStat stat) throws IOException {
            writer.begin(new TarMember(path, TarMember.FILE, 0, 0, 0, 0, stat.modified(), "", 0, 0, Map.of()));
        }

        private void file(Fd folder, String path, String name) throws IOException {
            try (Fd file = openFile(folder, name)) {
                FileStat opened = kernel.statx(file, "");
                if (opened.links() > 1) {
                    String first = linked.putIfAbsent(new Identity(opened.device(), opened.inode()), path);
                    if (first != null) {
                        empty(path, TarMember.HARD_LINK, opened, form.prefix + first, Map.of());
                        return;
                    }
                }
                writer.begin(member(path, TarMember.FILE, opened, opened.size(), "", attributes(folder, name)));
                copy(file, opened.size());
            }
        }

        /**
         * Opens a regular file, and nothing that came in its place: to open a FIFO waits for a writer, and to open a device may do something.
         */
        private Fd openFile(Fd folder, String name) {
            try (Fd found = kernel.openat2(folder, name, OpenFlags.PATH | OpenFlags.NO_FOLLOW, 0, confined)) {
                if (!kernel.statx(found, "").isRegularFile()) {
                    throw new SyscallException("openat2", name, Errno.ENOENT);
                }
                return kernel.open(found.path(), OpenFlags.READ_ONLY, 0);
            }
        }

        /** Exactly {@code size} bytes: what has grown is cut, what has shrunk is filled with zeros. */
        private void copy(Fd file, long size) throws IOException {
            long left = size;
            while (left > 0) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new Fault(FaultKind.CANCELLED, "packing was cancelled");
                }
                direct.clear().limit((int) Math.min(BUFFER, left));
                int count = kernel.read(file, direct);
                if (count <= 0) {
                    break;
                }
                direct.flip().get(chunk, 0, count);
                writer.data(chunk, count);
                left -= count;
            }
            Arrays.fill(chunk, (byte) 0);
            while (left > 0) {
                int count = (int) Math.min(BUFFER, left);
                writer.data(chunk, count);
                left -= count;
            }
            writer.pad(size);
        }

        private void empty(String path, char type, FileStat stat, String link, Map<String, byte[]> attributes)
                throws IOException {
            writer.begin(member(path, type, stat, 0, link, attributes));
        }

        private TarMember member(
                String path, char type, FileStat stat, long size, String link, Map<String, byte[]> attributes) {
            return new TarMember(
                    form.prefix + path,
                    type,
                    stat.mode() & FileMode.PERMISSIONS,
                    form.ids.uidInside(stat.uid()),
                    form.ids.gidInside(stat.gid()),
                    size,
                    stat.modified(),
                    link,
                    stat.specialDevice().major(),
                    stat.specialDevice().minor(),
                    attributes);
        }

        /** Overlay's own say how its layers lie here, and mean nothing elsewhere. */
        private Map<String, byte[]> attributes(Fd folder, String name) {
            Map<String, byte[]> found = new LinkedHashMap<>();
            try {
                for (byte[] attribute : kernel.listxattr(folder, name)) {
                    String key = new String(attribute, StandardCharsets.ISO_8859_1);
                    if (key.equals("trusted.overlay.redirect") || key.equals("trusted.overlay.metacopy")) {
                        throw Fault.unimplemented("the overlay kept '" + name + "' as a reference to a lower layer ("
                                + key
                                + "), which no archive can hold: load the module overlay with redirect_dir=off and"
                                + " metacopy=off");
                    }
                    if (!key.startsWith("trusted.overlay.") && !key.startsWith("user.overlay.")) {
                        found.put(key, kernel.getxattr(folder, name, attribute));
                    }
                }
            } catch (SyscallException e) {
                if (e.is(Errno.EOPNOTSUPP)) {
                    return found;
                }
                throw e;
            }
            return found;
        }

        private Fd open(String path, int flags) {
            return kernel.openat2(root, path, flags | OpenFlags.NO_FOLLOW, 0, confined);
        }
    }
}
