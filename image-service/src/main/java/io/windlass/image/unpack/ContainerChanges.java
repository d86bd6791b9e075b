package io.windlass.image.unpack;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.FileStat;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Compares the upper directory of an overlay with the layers below it, as Docker's {@code diff} does. Links are never followed. Immutable.
 */
public final class ContainerChanges {
    private static final long CONFINED =
            OpenFlags.RESOLVE_BENEATH | OpenFlags.RESOLVE_NO_SYMLINKS | OpenFlags.RESOLVE_NO_XDEV;
    private static final byte[] OPAQUE = "trusted.overlay.opaque".getBytes(StandardCharsets.US_ASCII);

    private final Syscalls kernel;
    private final Path upper;
    private final List<Path> lowers;
    private final LayerStack below;

    /** @param lowers topmost first */
    public ContainerChanges(Syscalls kernel, Path upper, List<Path> lowers) {
        this.kernel = kernel;
        this.upper = upper;
        this.lowers = List.copyOf(lowers);
        this.below = new LayerStack(kernel, lowers);
    }

    /** What became of a file or folder. */
    public enum Kind {
        ADDED,
        CHANGED,
        DELETED
    }

    /** @param path absolute, a {@link io.windlass.linux.RawName} */
    public record Change(Kind kind, String path) {}

    /** Tells every change, folders before what is in them, names in order. What changes meanwhile may be told or not. */
    public void each(Consumer<Change> told) {
        try (Fd root = kernel.open(upper, OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW, 0)) {
            walk(root, List.of(), false, told);
        } catch (SyscallException e) {
            throw e.fault("cannot compare " + upper + " with its image");
        }
    }

    /** @param hidden whether nothing below shows in this folder */
    private void walk(Fd folder, List<String> at, boolean hidden, Consumer<Change> told) {
        SortedSet<String> here = new TreeSet<>(kernel.list(folder));
        boolean opaque = isOpaque(folder);
        SortedSet<String> all = new TreeSet<>(here);
        if (opaque && !hidden) {
            all.addAll(namesBelow(at));
        }
        for (String name : all) {
            if (Thread.currentThread().isInterrupted()) {
                throw new Fault(FaultKind.CANCELLED, "the comparison was cancelled");
            }
            List<String> path = new ArrayList<>(at);
            path.add(name);
            Optional<LayerStack.Found> before = hidden ? Optional.empty() : below.find(path);
            if (here.contains(name)) {
                entry(folder, path, before, hidden || opaque, told);
            } else if (before.isPresent()) {
                told.accept(new Change(Kind.DELETED, shown(path)));
            }
        }
    }

    private void entry(
            Fd folder, List<String> path, Optional<LayerStack.Found> before, boolean hidden, Consumer<Change> told) {
        String name = path.getLast();
        Optional<FileStat> now = stat(folder, name);
        if (now.isEmpty()) {
            return;
        }
        if (Whiteouts.is(now.get())) {
            before.ifPresent(_ -> told.accept(new Change(Kind.DELETED, shown(path))));
            return;
        }
        told.accept(new Change(before.isPresent() ? Kind.CHANGED : Kind.ADDED, shown(path)));
        if (now.get().isDirectory()) {
            boolean wasFolder = before.map(found -> found.stat().isDirectory()).orElse(false);
            try (Fd inside = kernel.openat2(folder, name, OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW, 0, CONFINED)) {
                walk(inside, path, hidden || !wasFolder, told);
            } catch (SyscallException e) {
                if (!isGone(e)) {
                    throw e;
                }
            }
        }
    }

    private SortedSet<String> namesBelow(List<String> at) {
        SortedSet<String> names = new TreeSet<>();
        for (Path folder : at.isEmpty() ? lowers : below.folders(at)) {
            try (Fd opened = kernel.open(folder, OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW, 0)) {
                names.addAll(kernel.list(opened));
            }
        }
        return names;
    }

    private Optional<FileStat> stat(Fd folder, String name) {
        try {
            return Optional.of(kernel.statx(folder, name));
        } catch (SyscallException e) {
            if (isGone(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** It was there when its folder was read; the container works on. */
    private static boolean isGone(SyscallException e) {
        return e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR) || e.is(Errno.ELOOP);
    }

    private boolean isOpaque(Fd folder) {
        try {
            return kernel.getxattr(folder, ".", OPAQUE).length > 0;
        } catch (SyscallException e) {
            if (e.is(Errno.ENODATA) || e.is(Errno.EOPNOTSUPP)) {
                return false;
            }
            throw e;
        }
    }

    private static String shown(List<String> path) {
        return "/" + String.join("/", path);
    }
}
