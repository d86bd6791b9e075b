package io.windlass.image.unpack;

import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.FileMode;
import io.windlass.linux.FileStat;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The directories of one layer while it is unpacked, reached only through descriptors: paths are resolved with the layer's
 * root as the root, as chroot would, so that no link in the layer leads out of it. Not thread-safe.
 */
final class LayerTree implements AutoCloseable {
    private static final long DIRECTORY = OpenFlags.PATH | OpenFlags.DIRECTORY;
    private static final long CONFINED = OpenFlags.RESOLVE_IN_ROOT | OpenFlags.RESOLVE_NO_MAGICLINKS;
    private static final long ONE_STEP = OpenFlags.RESOLVE_BENEATH | OpenFlags.RESOLVE_NO_SYMLINKS;
    private static final int MOST_LINKS = 40;
    private static final int IMPLIED_MODE = 0755;

    private final Syscalls kernel;
    private final Fd root;
    private @Nullable EntryPath cachedPath;
    private @Nullable Fd cached;
    private final Optional<LayerStack> below;
    private final Set<EntryPath> implied = new LinkedHashSet<>();

    /**
     * @param root an empty directory; stays the caller's to close
     * @param below the layers under this one, where directories that the archive leaves out are to be as they are there
     */
    LayerTree(Syscalls kernel, Fd root, Optional<LayerStack> below) {
        this.kernel = kernel;
        this.root = root;
        this.below = below;
    }

    /** The directories that were made for members below them, before or without a member of their own. */
    Set<EntryPath> implied() {
        return implied;
    }

    /** The directory itself, made with its parents where the archive left them out. Valid until the next call. */
    Fd directory(EntryPath path) {
        if (path.equals(cachedPath) && cached != null) {
            return cached;
        }
        forget();
        Fd opened = find(path).orElseGet(() -> make(path));
        cachedPath = path;
        cached = opened;
        return opened;
    }

    /** The directory, if it is there; the caller closes it. */
    Optional<Fd> find(EntryPath path) {
        try {
            return Optional.of(kernel.openat2(root, path.toString(), DIRECTORY, 0, CONFINED));
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * To be called when a directory or symbolic link was replaced, as what a path leads to may have changed. The descriptor
     * last given out stays valid until the next call of {@link #directory}.
     */
    void changed() {
        cachedPath = null;
    }

    private void forget() {
        if (cached != null) {
            cached.close();
        }
        cached = null;
        cachedPath = null;
    }

    /** Walks down and makes what is missing, also behind symbolic links whose targets are not there yet. */
    private Fd make(EntryPath path) {
        Deque<Fd> trail = new ArrayDeque<>();
        List<String> at = new ArrayList<>();
        Deque<String> names = new ArrayDeque<>(path.names());
        int links = 0;
        try {
            while (!names.isEmpty()) {
                String name = names.pop();
                if (name.equals("..")) {
                    if (!trail.isEmpty()) {
                        trail.pop().close();
                        at.removeLast();
                    }
                    continue;
                }
                Fd parent = trail.isEmpty() ? root : trail.peek();
                at.add(name);
                Optional<String> link = linkTarget(parent, at);
                if (link.isEmpty()) {
                    trail.push(step(parent, at));
                    continue;
                }
                at.removeLast();
                if (++links > MOST_LINKS) {
                    throw RefusedEntryException.hostile(
                            "its parent directory '" + path + "' is a loop of symbolic links");
                }
                if (link.get().startsWith("/")) {
                    closeAll(trail);
                    at.clear();
                }
                pushNames(link.get(), names);
            }
            return trail.isEmpty() ? find(new EntryPath(List.of())).orElseThrow() : trail.pop();
        } finally {
            closeAll(trail);
        }
    }

    private static void pushNames(String target, Deque<String> names) {
        List<String> parts = Arrays.asList(target.split("/", -1));
        for (String part : parts.reversed()) {
            if (!part.isEmpty() && !part.equals(".")) {
                names.push(part);
            }
        }
    }

    /** Where the link leads that is at this place, in this layer or, where it has nothing there, below. */
    private Optional<String> linkTarget(Fd parent, List<String> at) {
        Optional<FileStat> own = stat(parent, at.getLast());
        if (own.isPresent()) {
            return own.filter(FileStat::isSymbolicLink).map(stat -> kernel.readlinkat(parent, at.getLast()));
        }
        return below.flatMap(stack ->
                stack.find(at).filter(found -> found.stat().isSymbolicLink()).map(stack::linkTarget));
    }

    private Fd step(Fd parent, List<String> at) {
        String name = at.getLast();
        Optional<FileStat> own = stat(parent, name);
        if (own.isEmpty()) {
            kernel.mkdirat(parent, name, IMPLIED_MODE);
            implied.add(new EntryPath(at));
            takeAttributesFromBelow(parent, at);
        } else if (Whiteouts.is(own.get())) {
            kernel.unlinkat(parent, name, 0);
            kernel.mkdirat(parent, name, IMPLIED_MODE);
            kernel.fchmodat(parent, name, IMPLIED_MODE);
            Whiteouts.makeOpaque(kernel, parent, name);
        }
        return kernel.openat2(parent, name, DIRECTORY, 0, ONE_STEP);
    }

    private void takeAttributesFromBelow(Fd parent, List<String> at) {
        String name = at.getLast();
        Optional<LayerStack.Found> found =
                below.flatMap(stack -> stack.find(at)).filter(f -> f.stat().isDirectory());
        if (found.isEmpty()) {
            kernel.fchmodat(parent, name, IMPLIED_MODE);
            return;
        }
        FileStat stat = found.get().stat();
        kernel.fchownat(parent, name, stat.uid(), stat.gid(), 0);
        kernel.fchmodat(parent, name, stat.mode() & FileMode.PERMISSIONS);
        below.orElseThrow()
                .attributes(found.get())
                .forEach((key, value) ->
                        kernel.setxattr(parent, name, key.getBytes(StandardCharsets.ISO_8859_1), value));
    }

    /** Whether directories that were only implied are other than the ones below, so that they would hide what those are. */
    static boolean differs(LayerStack below, List<EntryPath> implied) {
        Set<EntryPath> absent = new HashSet<>();
        for (EntryPath path : implied) {
            // Parents come first, and most layers have folders that nothing below them has.
            if (!path.isRoot() && absent.contains(path.parent())) {
                absent.add(path);
                continue;
            }
            Optional<LayerStack.Found> found = below.find(path.names());
            if (found.isEmpty()) {
                absent.add(path);
                continue;
            }
            FileStat stat = found.get().stat();
            boolean plain = stat.uid() == 0 && stat.gid() == 0 && (stat.mode() & FileMode.PERMISSIONS) == IMPLIED_MODE;
            if (stat.isSymbolicLink()
                    || (stat.isDirectory()
                            && (!plain || !below.attributes(found.get()).isEmpty()))) {
                return true;
            }
        }
        return false;
    }

    /** Describes what is at a name; empty when nothing is. */
    Optional<FileStat> stat(Fd parent, String name) {
        try {
            return Optional.of(kernel.statx(parent, name));
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static void closeAll(Deque<Fd> trail) {
        while (!trail.isEmpty()) {
            trail.pop().close();
        }
    }

    @Override
    public void close() {
        forget();
    }
}
