package io.windlass.image;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A small ext4 filesystem of a test's own, in a file. */
final class LoopFilesystem implements AutoCloseable {
    private final Path image;
    private final Path place;

    private LoopFilesystem(Path image, Path place) {
        this.image = image;
        this.place = place;
    }

    /**
     * Makes one and mounts it. What is written reaches the file only when it is synced: the kernel would write it by itself after a while that no
     * test lasts.
     *
     * @param folder where the file and the mount point are made
     */
    static LoopFilesystem make(Path folder, String name, int mebibytes) throws IOException {
        Path image = folder.resolve(name + ".ext4");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength((long) mebibytes << 20);
        }
        run("mkfs.ext4", "-q", "-m", "0", "-E", "lazy_itable_init=1,lazy_journal_init=1", image.toString());
        return mount(image);
    }

    private static LoopFilesystem mount(Path image) throws IOException {
        Path place = Files.createDirectory(image.resolveSibling(image.getFileName() + ".mounted"));
        run("mount", "-o", "loop,commit=600,noinit_itable", image.toString(), place.toString());
        return new LoopFilesystem(image, place);
    }

    /** Its root directory. */
    Path root() {
        return place;
    }

    /** What is there once the power was cut at this moment: all that has been synced, and nothing that the kernel has in memory only. */
    LoopFilesystem afterPowerCut() throws IOException {
        Path copy = image.resolveSibling(image.getFileName() + ".cut");
        run("cp", "--sparse=always", image.toString(), copy.toString());
        return mount(copy);
    }

    @Override
    public void close() throws IOException {
        run("umount", place.toString());
        Files.delete(place);
        Files.delete(image);
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(List.of(command) + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(List.of(command) + " was interrupted", e);
        }
    }
}
