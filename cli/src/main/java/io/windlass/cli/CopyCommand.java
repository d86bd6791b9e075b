package io.windlass.cli;

import io.windlass.image.archive.FolderArchive;
import io.windlass.image.unpack.CopyInto;
import io.windlass.image.unpack.IdShift;
import io.windlass.linux.Fd;
import io.windlass.linux.Kernel;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.Syscalls;
import io.windlass.node.v1.Chunk;
import io.windlass.node.v1.CopyFromContainerRequest;
import io.windlass.node.v1.CopyTarget;
import io.windlass.node.v1.CopyToContainerRequest;
import io.windlass.node.v1.CopyToContainerResponse;
import io.windlass.node.v1.FindPathRequest;
import io.windlass.node.v1.FindPathResponse;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Copies files between a container and the node. */
@Command(
        name = "cp",
        description = {
            "Copies a file or folder from a container to the node, or the other way, whether the container runs or not.",
            "One of the two is CONTAINER:PATH; - in place of the other is a tar on the standard input or output.",
            "A folder is copied into a folder that is there, else it becomes it; FOLDER/. is what is in it only.",
            "While the container runs, its volumes are seen; afterwards they are not."
        })
final class CopyCommand extends CommandBase implements Callable<Integer> {
    private static final long SECONDS = 24 * 3600;
    private static final int PIPE = 1 << 20;
    private static final String STANDARD = "-";

    private final Syscalls kernel = new Kernel();

    @Parameters(index = "0", paramLabel = "SOURCE", description = "CONTAINER:PATH, a path of the node, or -.")
    private String source = "";

    @Parameters(index = "1", paramLabel = "TARGET", description = "CONTAINER:PATH, a path of the node, or -.")
    private String target = "";

    @Option(
            names = {"-a", "--archive"},
            description = "Keep who owns the files, by number; else it is root of the container, or you on the node.")
    private boolean owners;

    @Option(
            names = {"-L", "--follow-link"},
            description = "Copy what the link SOURCE leads to, not the link.")
    private boolean follow;

    /** A path in a container. */
    private record Place(String container, String path) {}

    @Override
    public Integer call() throws IOException {
        Optional<Place> from = place(source);
        Optional<Place> to = place(target);
        if (from.isPresent() == to.isPresent()) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "one of SOURCE and TARGET, and only one, is CONTAINER:PATH; write ./NAME for a file of the node whose"
                            + " name has a colon");
        }
        try (Daemon daemon = connectNode()) {
            long files = from.isPresent() ? copyFrom(daemon, from.get()) : copyTo(daemon, to.orElseThrow());
            if (!target.equals(STANDARD)) {
                output().fields("source", source, "target", target, "files", files);
            }
            return 0;
        }
    }

    private static Optional<Place> place(String argument) {
        int colon = argument.indexOf(':');
        if (colon <= 0 || argument.startsWith("/") || argument.startsWith(".")) {
            return Optional.empty();
        }
        String path = argument.substring(colon + 1);
        return Optional.of(new Place(argument.substring(0, colon), path.isEmpty() ? "/" : path));
    }

    private FindPathResponse find(Daemon daemon, Place place, boolean followed) {
        return daemon.node(60)
                .findPath(FindPathRequest.newBuilder()
                        .setContainerId(place.container)
                        .setPath(place.path)
                        .setFollow(followed)
                        .build());
    }

    private long copyFrom(Daemon daemon, Place from) throws IOException {
        FindPathResponse found = find(daemon, from, follow);
        if (!found.getExists()) {
            throw new IOException("there is no " + from.path + " in container " + from.container);
        }
        String own = CopyNames.last(from.path);
        Iterator<Chunk> chunks;
        if (target.equals(STANDARD)) {
            chunks = pack(daemon, from, own);
            return Transfers.receive(chunks, STANDARD);
        }
        Path local = Path.of(target);
        CopyNames names = CopyNames.of(
                own, found.getFolder(), target, Files.exists(local), Files.isDirectory(local), "on the node");
        chunks = pack(daemon, from, names.name());
        try (InputStream archive = new BufferedInputStream(new ChunkInput(chunks), PIPE);
                Fd folder = kernel.open(
                        Path.of(names.folder()).toAbsolutePath(), OpenFlags.PATH | OpenFlags.DIRECTORY, 0)) {
            return new CopyInto(kernel, IdShift.NONE, owners).unpack(archive, folder, ".");
        }
    }

    private Iterator<Chunk> pack(Daemon daemon, Place from, String name) {
        return daemon.node(SECONDS)
                .copyFromContainer(CopyFromContainerRequest.newBuilder()
                        .setContainerId(from.container)
                        .setPath(from.path)
                        .setFollow(follow)
                        .setName(name)
                        .build());
    }

    private long copyTo(Daemon daemon, Place to) throws IOException {
        if (source.equals(STANDARD)) {
            return send(daemon, to, to.path, System.in);
        }
        Path local = Path.of(source);
        if (!Files.exists(local, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("there is no " + source + " on the node");
        }
        boolean followed = follow || source.endsWith("/") || source.endsWith("/.");
        Path real = followed ? local.toRealPath() : local.toAbsolutePath().normalize();
        boolean isFolder = Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS);
        if (!isFolder && source.endsWith("/")) {
            throw new IOException(source + " is no folder");
        }
        FindPathResponse found = find(daemon, to, true);
        CopyNames names = CopyNames.of(
                source.endsWith("/.") ? "." : CopyNames.last(source),
                isFolder,
                found.getPath(),
                found.getExists(),
                found.getFolder(),
                "in container " + to.container);
        return sendTree(daemon, to, names, real, isFolder);
    }

    private long sendTree(Daemon daemon, Place to, CopyNames names, Path real, boolean isFolder) throws IOException {
        Path parent = real.getParent();
        Path opened = isFolder || parent == null ? real : parent;
        try (PipedInputStream archive = new PipedInputStream(PIPE);
                Fd folder = kernel.open(opened, OpenFlags.PATH | OpenFlags.DIRECTORY, 0)) {
            OutputStream packed = new PipedOutputStream(archive);
            FutureTask<Void> packing = new FutureTask<>(() -> {
                try (packed) {
                    String name = isFolder ? "." : CopyNames.last(real.toString());
                    new FolderArchive(kernel).packAs(folder, name, names.name(), IdShift.NONE, packed);
                }
                return null;
            });
            Thread thread = Thread.ofPlatform().daemon().start(packing);
            try {
                long files = send(daemon, to, names.folder(), archive);
                packing.get();
                return files;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            } catch (ExecutionException e) {
                throw new IOException(
                        "cannot pack " + source + ": " + packing.exceptionNow().getMessage(), e);
            } finally {
                thread.interrupt();
            }
        }
    }

    private long send(Daemon daemon, Place to, String folder, InputStream archive) throws IOException {
        var call = daemon.nodeStreams(SECONDS).copyToContainer();
        CopyTarget place = CopyTarget.newBuilder()
                .setContainerId(to.container)
                .setFolder(folder)
                .setOwners(owners)
                .build();
        CopyToContainerResponse answer = Transfers.send(
                call,
                CopyToContainerRequest.newBuilder().setTarget(place).build(),
                archive,
                data -> CopyToContainerRequest.newBuilder().setData(data).build());
        return answer.getFiles();
    }
}
