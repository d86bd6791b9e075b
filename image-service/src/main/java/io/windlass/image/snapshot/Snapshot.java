package io.windlass.image.snapshot;

import io.windlass.fault.Fault;
import io.windlass.image.archive.FolderArchive;
import io.windlass.image.unpack.ContainerChanges;
import io.windlass.image.unpack.LayerStack;
import io.windlass.linux.Fd;
import io.windlass.linux.MountFlags;
import io.windlass.linux.MountOption;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The directories that make up a container's root filesystem. Immutable. */
public final class Snapshot {
    private final String id;
    private final List<Path> lowers;
    private final Path upper;
    private final Path work;
    private final Syscalls kernel;

    Snapshot(String id, List<Path> lowers, Path upper, Path work, Syscalls kernel) {
        this.id = id;
        this.lowers = List.copyOf(lowers);
        this.upper = upper;
        this.work = work;
        this.kernel = kernel;
    }

    public String id() {
        return id;
    }

    /** The image's layers, topmost first. */
    public List<Path> lowers() {
        return lowers;
    }

    public Path upper() {
        return upper;
    }

    public Path work() {
        return work;
    }

    /**
     * Reads a file as the container would see it, without mounting anything: whiteouts, opaque directories and symbolic links
     * are honoured, and no link leads out of the root filesystem.
     *
     * @return empty when there is no such regular file
     */
    public Optional<byte[]> readFile(String absolutePath) {
        List<Path> layers = new ArrayList<>(List.of(upper));
        layers.addAll(lowers);
        return new LayerStack(kernel, layers).read(absolutePath);
    }

    /**
     * Where the image's layers have a folder (in each that shows in it, topmost first) or a file, links followed inside the
     * image; empty when the image has neither. Without names in the path: the layers.
     */
    public List<Path> locate(String path) {
        return new LayerStack(kernel, lowers).locate(path);
    }

    /**
     * Packs the root filesystem with all its layers; for a container that does not run, as the layers are mounted once more.
     *
     * @param archive stays open
     */
    public void export(OutputStream archive) throws IOException {
        try (Fd root = mounted()) {
            new FolderArchive(kernel).packRoot(root, archive);
        }
    }

    /**
     * The root file system, read-only, as an open folder that the caller closes; for a container that does not run. It is mounted detached:
     * in nobody's table of mounts, and gone with its descriptor.
     */
    public Fd mounted() {
        return mount(List.of(MountOption.of("lowerdir+", upper.toString())), MountFlags.ATTR_RDONLY);
    }

    /** The same to be written to; by one at a time. */
    public Fd mountedToWrite() {
        // The work folder of the container's own mount is marked as one whose content a crash may have spoilt. This one
        // lies in it
        // because both have to belong to the project of the upper, which nothing can be renamed into from outside.
        Path own = work.resolve("copies");
        try {
            Files.createDirectories(own);
        } catch (IOException e) {
            throw Fault.internal("cannot make " + own + ": " + e.getMessage(), e);
        }
        return mount(
                List.of(MountOption.of("upperdir", upper.toString()), MountOption.of("workdir", own.toString())), 0);
    }

    private Fd mount(List<MountOption> first, long attributes) {
        if (lowers.isEmpty()) {
            throw Fault.unimplemented("cannot mount " + id + ": its image has no layers");
        }
        List<MountOption> options = new ArrayList<>(first);
        lowers.forEach(lower -> options.add(MountOption.of("lowerdir+", lower.toString())));
        try {
            return kernel.fsmount("overlay", options, attributes);
        } catch (SyscallException e) {
            throw e.fault("cannot mount the layers of " + id);
        }
    }

    /** Tells what the container has changed of its image. */
    public void changes(Consumer<ContainerChanges.Change> told) {
        new ContainerChanges(kernel, upper, lowers).each(told);
    }

    @Override
    public String toString() {
        return "Snapshot[" + id + ", " + lowers.size() + " lowers, upper " + upper + "]";
    }
}
