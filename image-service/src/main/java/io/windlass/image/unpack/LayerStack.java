package io.windlass.image.unpack;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.FileStat;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Looks files up in a stack of overlay directories as the kernel would, without a mount. Immutable.
 *
 * <p>The container may be running and changing its files meanwhile: each layer's path is opened in one step from that
 * layer's root with symbolic links refused, and links are followed here, so that none leads to the host's files.
 */
public final class LayerStack {
    private static final int MOST_LINKS = 40;
    private static final int MOST_BYTES = 16 << 20;
    private static final byte[] OPAQUE = "trusted.overlay.opaque".getBytes(StandardCharsets.US_ASCII);
    private static final long CONFINED =
            OpenFlags.RESOLVE_BENEATH | OpenFlags.RESOLVE_NO_SYMLINKS | OpenFlags.RESOLVE_NO_XDEV;

    private final Syscalls kernel;
    private final List<Path> layers;

    /** @param layers topmost first */
    public LayerStack(Syscalls kernel, List<Path> layers) {
        this.kernel = kernel;
        this.layers = List.copyOf(layers);
    }

    /** The content of a regular file, following links as a process in this root would; empty when there is none. */
    public Optional<byte[]> read(String path) {
        return follow(path)
                .filter(found -> found.stat.isRegularFile())
                .flatMap(found -> content(found.layer, found.names));
    }

    /**
     * Where the layers have what a process in this root finds by the path, following links: a folder in each layer whose
     * content shows in it, topmost first, or one file; empty when there is neither.
     */
    public List<Path> locate(String path) {
        Optional<Found> found = follow(path);
        if (found.isEmpty()) {
            return Path.of("/").resolve(path).normalize().getNameCount() == 0 ? layers : List.of();
        }
        FileStat stat = found.get().stat;
        if (stat.isDirectory()) {
            return folders(found.get().names);
        }
        return stat.isRegularFile() ? List.of(place(found.get().layer, found.get().names)) : List.of();
    }

    private Optional<Found> follow(String path) {
        Deque<String> left = new ArrayDeque<>();
        push(path, left);
        List<String> at = new ArrayList<>();
        Optional<Found> found = Optional.empty();
        int links = 0;
        while (!left.isEmpty()) {
            String name = left.pop();
            if (name.equals("..")) {
                if (!at.isEmpty()) {
                    at.removeLast();
                }
                found = at.isEmpty() ? Optional.empty() : find(at);
                continue;
            }
            at.add(name);
            found = find(at);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            FileStat stat = found.get().stat;
            if (stat.isSymbolicLink()) {
                if (++links > MOST_LINKS) {
                    return Optional.empty();
                }
                String target = linkTarget(found.get());
                at.removeLast();
                if (target.startsWith("/")) {
                    at.clear();
                }
                push(target, left);
            } else if (!left.isEmpty() && !stat.isDirectory()) {
                return Optional.empty();
            }
        }
        return found;
    }

    /** The folder in every layer, down to the first that hides those below it. */
    List<Path> folders(List<String> names) {
        List<Path> folders = new ArrayList<>();
        for (Path layer : layers) {
            boolean ends = false;
            boolean here = true;
            for (int depth = 1; here && depth <= names.size(); depth++) {
                List<String> part = names.subList(0, depth);
                Optional<FileStat> stat = stat(layer, part);
                here = stat.isPresent() && stat.get().isDirectory();
                ends |= here ? isOpaque(layer, part) : stat.isPresent();
            }
            if (here) {
                folders.add(place(layer, names));
            }
            if (ends) {
                break;
            }
        }
        return folders;
    }

    private static Path place(Path layer, List<String> names) {
        return layer.resolve(String.join("/", names));
    }

    /** The topmost layer that has the path, unless a layer above hides it. No part of the path but the last is a link. */
    Optional<Found> find(List<String> names) {
        for (Path layer : layers) {
            Optional<FileStat> here = Optional.empty();
            boolean hides = false;
            for (int depth = 1; depth <= names.size(); depth++) {
                here = stat(layer, names.subList(0, depth));
                if (here.isEmpty()) {
                    break;
                }
                boolean last = depth == names.size();
                if (Whiteouts.is(here.get()) || (!last && !here.get().isDirectory())) {
                    return Optional.empty();
                }
                hides |= !last && isOpaque(layer, names.subList(0, depth));
            }
            if (here.isPresent()) {
                return Optional.of(new Found(layer, List.copyOf(names), here.get()));
            }
            if (hides) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private Optional<FileStat> stat(Path layer, List<String> names) {
        return opened(layer, names, OpenFlags.PATH | OpenFlags.NO_FOLLOW).map(fd -> {
            try (fd) {
                return kernel.statx(fd, "");
            }
        });
    }

    private boolean isOpaque(Path layer, List<String> names) {
        Optional<Fd> opened = opened(layer, names, OpenFlags.PATH | OpenFlags.DIRECTORY);
        if (opened.isEmpty()) {
            return false;
        }
        try (Fd fd = opened.get()) {
            byte[] value = kernel.getxattr(fd, ".", OPAQUE);
            return value.length == 1 && value[0] == 'y';
        } catch (SyscallException e) {
            if (e.is(Errno.ENODATA) || e.is(Errno.EOPNOTSUPP)) {
                return false;
            }
            throw e;
        }
    }

    /** Where a symbolic link that was found leads. */
    String linkTarget(Found link) {
        List<String> names = link.names;
        Fd parent = names.size() == 1
                ? kernel.open(link.layer, OpenFlags.PATH | OpenFlags.DIRECTORY, 0)
                : opened(link.layer, names.subList(0, names.size() - 1), OpenFlags.PATH | OpenFlags.DIRECTORY)
                        .orElseThrow(() -> Fault.notFound("cannot read link " + names + ": it is gone"));
        try (parent) {
            return kernel.readlinkat(parent, names.getLast());
        }
    }

    /** The extended attributes of a directory that was found, without overlay's own. */
    Map<String, byte[]> attributes(Found directory) {
        Map<String, byte[]> result = new TreeMap<>();
        try (Fd fd = opened(directory.layer, directory.names, OpenFlags.PATH | OpenFlags.DIRECTORY)
                .orElseThrow(() -> Fault.notFound("cannot read attributes of " + directory.names + ": it is gone"))) {
            for (byte[] name : kernel.listxattr(fd, ".")) {
                String key = new String(name, StandardCharsets.ISO_8859_1);
                if (!key.startsWith("trusted.overlay.")) {
                    result.put(key, kernel.getxattr(fd, ".", name));
                }
            }
        }
        return result;
    }

    private Optional<byte[]> content(Path layer, List<String> names) {
        // NON_BLOCKING: should the file have become a FIFO meanwhile, opening it must not wait for a writer.
        Optional<Fd> opened = opened(layer, names, OpenFlags.READ_ONLY | OpenFlags.NO_FOLLOW | OpenFlags.NON_BLOCKING);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (Fd fd = opened.get()) {
            FileStat stat = kernel.statx(fd, "");
            if (!stat.isRegularFile()) {
                return Optional.empty();
            }
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(8192);
            while (kernel.read(fd, buffer) > 0) {
                content.write(buffer.array(), 0, buffer.position());
                buffer.clear();
                if (content.size() > MOST_BYTES) {
                    throw new Fault(
                            FaultKind.RESOURCE_EXHAUSTED,
                            "cannot read /" + String.join("/", names) + " of the container: it is larger than "
                                    + MOST_BYTES + " bytes");
                }
            }
            return Optional.of(content.toByteArray());
        }
    }

    private Optional<Fd> opened(Path layer, List<String> names, int flags) {
        try (Fd root = kernel.open(layer, OpenFlags.PATH | OpenFlags.DIRECTORY, 0)) {
            return Optional.of(kernel.openat2(root, String.join("/", names), flags, 0, CONFINED));
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR) || e.is(Errno.ELOOP)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static void push(String path, Deque<String> left) {
        for (String part : Arrays.asList(path.split("/", -1)).reversed()) {
            if (!part.isEmpty() && !part.equals(".")) {
                left.push(part);
            }
        }
    }

    /** What the topmost layer that has a path has there. */
    record Found(Path layer, List<String> names, FileStat stat) {}
}
