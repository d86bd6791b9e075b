package io.windlass.testkit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A filesystem of a test's own, in a sparse file. Needs root, loop devices, and mkfs of the type. */
public final class LoopFilesystem implements AutoCloseable {
    /** The least that mkfs.xfs makes. */
    private static final long SIZE = 320L << 20;

    private final Path root;

    private LoopFilesystem(Path root) {
        this.root = root;
    }

    /** What is made; two of them keep project quotas. */
    public enum Kind {
        EXT4_WITH_PROJECT_QUOTAS,
        EXT4,
        XFS_WITH_PROJECT_QUOTAS,
        XFS;

        private List<String> make() {
            return switch (this) {
                case EXT4_WITH_PROJECT_QUOTAS ->
                    List.of("mkfs.ext4", "-q", "-O", "quota,project", "-E", "quotatype=prjquota");
                case EXT4 -> List.of("mkfs.ext4", "-q");
                case XFS_WITH_PROJECT_QUOTAS, XFS -> List.of("mkfs.xfs", "-q");
            };
        }

        private String mountOptions() {
            return switch (this) {
                case EXT4_WITH_PROJECT_QUOTAS, XFS_WITH_PROJECT_QUOTAS -> "loop,prjquota";
                case EXT4, XFS -> "loop";
            };
        }
    }

    /** Makes and mounts one in {@code folder}. */
    public static LoopFilesystem mount(Path folder, Kind kind) throws IOException {
        Path image = folder.resolve(kind + ".img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(SIZE);
        }
        List<String> make = new ArrayList<>(kind.make());
        make.add(image.toString());
        run(make);
        // A short name: paths of sockets below it have at most 107 bytes.
        Path root = Files.createTempDirectory(folder, "d");
        run(List.of("mount", "-o", kind.mountOptions(), image.toString(), root.toString()));
        return new LoopFilesystem(root);
    }

    public Path root() {
        return root;
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(command + " failed: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in " + command, e);
        }
    }

    @Override
    public void close() throws IOException {
        run(List.of("umount", root.toString()));
    }
}
