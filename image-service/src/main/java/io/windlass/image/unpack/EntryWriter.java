package io.windlass.image.unpack;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.image.unpack.TarEntry.Segment;
import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.FileMode;
import io.windlass.linux.FileStat;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Makes single members of an archive in a {@link LayerTree}. Not thread-safe. */
final class EntryWriter {
    static final String WHITEOUT = ".wh.";

    private static final String OPAQUE = ".wh..wh..opq";
    private static final String RESERVED = ".wh..wh.";
    private static final int BUFFER = 64 * 1024;
    /** Bytes of a file from which on it is sent to the disk as soon as it is written, so that less is left for the end. */
    private static final long EARLY = 256 * 1024;

    private static final byte[] ZEROS = new byte[BUFFER];

    private final Syscalls kernel;
    private final LayerTree tree;
    private final Fd replaced;
    private final byte[] chunk = new byte[BUFFER];
    private final ByteBuffer direct = ByteBuffer.allocateDirect(BUFFER);
    private int replacements;

    EntryWriter(Syscalls kernel, LayerTree tree, Fd replaced) {
        this.kernel = kernel;
        this.tree = tree;
        this.replaced = replaced;
    }

    /** For a tree in which no folder is replaced. */
    EntryWriter(Syscalls kernel, LayerTree tree) {
        this(kernel, tree, Fd.borrowed(-1));
    }

    /**
     * Marks that layers below are hidden: one name by a 0:0 device, a directory's whole content by the opaque attribute. By
     * the OCI specification a whiteout never hides what its own layer has.
     */
    void whiteout(EntryPath path) {
        Fd parent = tree.directory(path.parent());
        if (path.last().equals(OPAQUE)) {
            Whiteouts.makeOpaque(kernel, parent, ".");
            return;
        }
        if (path.last().startsWith(RESERVED)) {
            return;
        }
        String hidden = path.last().substring(WHITEOUT.length());
        if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
            throw RefusedEntryException.hostile("it is a whiteout of no name");
        }
        Optional<FileStat> own = tree.stat(parent, hidden);
        if (own.isEmpty()) {
            Whiteouts.make(kernel, parent, hidden);
        } else if (own.get().isDirectory()) {
            Whiteouts.makeOpaque(kernel, parent, hidden);
        }
    }

    /** Makes a directory, or keeps the one that is there; its attributes follow in {@link #finishDirectory}. */
    void directory(EntryPath path) {
        Fd parent = tree.directory(path.parent());
        String name = path.last();
        if (isNew(() -> kernel.mkdirat(parent, name, 0700))) {
            return;
        }
        FileStat existing = kernel.statx(parent, name);
        if (existing.isDirectory()) {
            return;
        }
        remove(parent, name, existing);
        kernel.mkdirat(parent, name, 0700);
        if (Whiteouts.is(existing)) {
            Whiteouts.makeOpaque(kernel, parent, name);
        }
    }

    /** Makes a name, which is nearly always new: asking first would cost a call for each. False when something is there. */
    private static boolean isNew(Runnable make) {
        try {
            make.run();
            return true;
        } catch (SyscallException e) {
            if (e.is(Errno.EEXIST)) {
                return false;
            }
            throw e;
        }
    }

    void finishDirectory(EntryPath path, TarEntry entry) {
        Optional<Fd> parent = path.isRoot() ? tree.find(path) : tree.find(path.parent());
        if (parent.isEmpty()) {
            return;
        }
        try (Fd fd = parent.get()) {
            String name = path.isRoot() ? "." : path.last();
            if (tree.stat(fd, name).filter(FileStat::isDirectory).isPresent()) {
                attributes(fd, name, entry);
            }
        }
    }

    /** Makes anything but a directory, in place of what an earlier member made there. */
    void other(EntryPath path, TarEntry entry, TarReader data) throws IOException {
        Fd parent = tree.directory(path.parent());
        String name = path.last();
        if (entry.type() == TarType.FILE) {
            file(parent, name, entry, data);
        } else if (!isNew(() -> node(parent, name, entry))) {
            remove(parent, name, kernel.statx(parent, name));
            node(parent, name, entry);
        }
        if (entry.type() != TarType.FILE && entry.type() != TarType.HARD_LINK) {
            attributes(parent, name, entry);
        }
    }

    private void node(Fd parent, String name, TarEntry entry) {
        switch (entry.type()) {
            case HARD_LINK -> hardLink(parent, name, entry);
            case SYMBOLIC_LINK -> symbolicLink(parent, name, entry);
            case FIFO -> kernel.mknodat(parent, name, FileMode.FIFO | 0600, 0);
            case CHARACTER_DEVICE -> kernel.mknodat(parent, name, FileMode.CHARACTER_DEVICE | 0600, device(entry));
            case BLOCK_DEVICE -> kernel.mknodat(parent, name, FileMode.BLOCK_DEVICE | 0600, device(entry));
            case FILE, DIRECTORY -> throw new IllegalArgumentException("these are made elsewhere");
        }
    }

    private void file(Fd parent, String name, TarEntry entry, TarReader data) throws IOException {
        try (Fd file = create(parent, name)) {
            long end = 0;
            for (Segment segment : entry.segments()) {
                end = Math.max(end, writeSegment(file, segment, data));
            }
            if (end < entry.size()) {
                kernel.ftruncate(file, entry.size());
            }
            // By the open file: whoever may rename in this directory must not get them for a file of his own.
            attributes(file, "", entry);
            if (end >= EARLY) {
                kernel.startWriteback(file);
            }
        }
    }

    private Fd create(Fd parent, String name) {
        long flags = OpenFlags.CREATE | OpenFlags.EXCLUSIVE | OpenFlags.WRITE_ONLY | OpenFlags.NO_FOLLOW;
        long resolve = OpenFlags.RESOLVE_BENEATH | OpenFlags.RESOLVE_NO_SYMLINKS;
        try {
            return kernel.openat2(parent, name, flags, 0600, resolve);
        } catch (SyscallException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
            remove(parent, name, kernel.statx(parent, name));
            return kernel.openat2(parent, name, flags, 0600, resolve);
        }
    }

    /** Returns where the last byte that was written ends. */
    private long writeSegment(Fd file, Segment segment, TarReader data) throws IOException {
        long at = segment.offset();
        long end = segment.offset() + segment.length();
        long written = 0;
        while (at < end) {
            if (Thread.currentThread().isInterrupted()) {
                throw new Fault(FaultKind.CANCELLED, "unpacking was cancelled");
            }
            // A segment may end anywhere, but data is only handed out in order: take no more than the segment needs.
            int count = data.read(chunk, (int) Math.min(chunk.length, end - at));
            if (count == ZEROS.length && Arrays.equals(chunk, ZEROS)) {
                // The file is new: what is not written there reads as zeros, and takes no room.
                at += count;
                continue;
            }
            direct.clear().put(chunk, 0, count).flip();
            while (direct.hasRemaining()) {
                at += kernel.pwrite(file, direct, at);
            }
            written = at;
        }
        return written;
    }

    /** A hard link to another member of the same layer: its target is looked up inside the layer only. */
    private void hardLink(Fd parent, String name, TarEntry entry) {
        EntryPath target = EntryPath.parse(entry.linkTarget());
        if (target.isRoot()) {
            throw RefusedEntryException.hostile("it is a hard link to the root directory");
        }
        try (Fd targetParent = tree.find(target.parent()).orElseThrow(() -> missing(target))) {
            Optional<FileStat> stat = tree.stat(targetParent, target.last());
            if (stat.isEmpty() || Whiteouts.is(stat.get())) {
                throw missing(target);
            }
            if (stat.get().isDirectory()) {
                throw RefusedEntryException.hostile("it is a hard link to the directory '" + target + "'");
            }
            kernel.linkat(targetParent, target.last(), parent, name, 0);
        }
    }

    private static RefusedEntryException missing(EntryPath target) {
        return RefusedEntryException.hostile(
                "it is a hard link to '" + target + "', which the layer does not have before it");
    }

    private void symbolicLink(Fd parent, String name, TarEntry entry) {
        if (entry.linkTarget().isEmpty() || entry.linkTarget().indexOf('\0') >= 0) {
            throw RefusedEntryException.hostile("it is a symbolic link without a usable target");
        }
        kernel.symlinkat(entry.linkTarget(), parent, name);
    }

    /** Makes a directory where nothing is, with its attributes; what is put into it changes its times. */
    void newDirectory(Fd parent, String name, TarEntry entry) {
        kernel.mkdirat(parent, name, 0700);
        long flags = OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;
        long resolve = OpenFlags.RESOLVE_BENEATH | OpenFlags.RESOLVE_NO_SYMLINKS;
        try (Fd directory = kernel.openat2(parent, name, flags, 0, resolve)) {
            attributes(directory, "", entry);
        }
    }

    /** Owner first, as changing it clears the setuid bits and file capabilities that follow; times last. */
    private void attributes(Fd parent, String name, TarEntry entry) {
        kernel.fchownat(parent, name, entry.uid(), entry.gid(), 0);
        if (entry.type() != TarType.SYMBOLIC_LINK) {
            kernel.fchmodat(parent, name, entry.mode());
        }
        for (TarEntry.Attribute attribute : entry.attributes()) {
            attribute(parent, name, attribute);
        }
        kernel.utimensat(parent, name, entry.modifiedSeconds(), entry.modifiedNanos());
    }

    /** Overlay's own attributes describe the builder's mounts, and could redirect ours: they are never taken over. */
    private void attribute(Fd parent, String name, TarEntry.Attribute attribute) {
        String key = new String(attribute.name(), StandardCharsets.ISO_8859_1);
        if (key.startsWith("trusted.overlay.") || key.startsWith("user.overlay.")) {
            return;
        }
        try {
            kernel.setxattr(parent, name, attribute.name(), attribute.value());
        } catch (SyscallException e) {
            // A filesystem or file type without such attributes: the file works without, and nothing could be done
            // here.
            if (!e.is(Errno.EOPNOTSUPP)) {
                throw e;
            }
        }
    }

    private void remove(Fd parent, String name, FileStat stat) {
        if (stat.isDirectory()) {
            kernel.renameat2(parent, name, replaced, Integer.toString(replacements++), 0);
        } else {
            kernel.unlinkat(parent, name, 0);
        }
        if (stat.isDirectory() || stat.isSymbolicLink()) {
            // The parent's own descriptor stays right; only what other paths lead to may have changed.
            tree.changed();
        }
    }

    private static long device(TarEntry entry) {
        return new FileStat.Device(entry.deviceMajor(), entry.deviceMinor()).encoded();
    }
}
