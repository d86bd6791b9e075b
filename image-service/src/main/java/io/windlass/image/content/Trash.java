package io.windlass.image.content;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Deletes trees in the background. Thread-safe.
 *
 * <p>A tree is gone from its place as soon as it is renamed into the trash folder; one thread then deletes it, and goes on
 * with what it finds there after a restart. Directories found inside are first moved to the top of the trash folder, so that
 * neither the depth of a tree nor the length of its paths matters, whatever a container has made.
 */
public final class Trash implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Trash.class.getName());

    private final Path folder;
    private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>();
    private final Thread worker;

    public Trash(StoreLayout layout) {
        this.folder = layout.trash();
        StoreLayout.entries(folder).forEach(path -> queue.add(new Delete(path)));
        this.worker = Thread.ofPlatform().daemon().name("image-trash").start(this::work);
    }

    /** Takes a file or directory away, at once for everyone who looks at its place; one that is not there is no error. */
    public void discard(Path path) {
        Path place = newPlace();
        try {
            Files.move(path, place, StandardCopyOption.ATOMIC_MOVE);
            queue.add(new Delete(place));
        } catch (NoSuchFileException e) {
            // Gone already, which is what was wanted.
        } catch (IOException e) {
            throw ContentStore.failure("remove " + path, e);
        }
    }

    /** Waits until all that was discarded before this call is deleted. */
    public void drain() throws InterruptedException {
        CountDownLatch reached = new CountDownLatch(1);
        queue.add(new Signal(reached));
        reached.await();
    }

    private Path newPlace() {
        return folder.resolve(UUID.randomUUID().toString());
    }

    private void work() {
        try {
            while (true) {
                switch (queue.take()) {
                    case Delete(Path path) -> delete(path);
                    case Signal(CountDownLatch latch) -> latch.countDown();
                }
            }
        } catch (InterruptedException e) {
            // close(): what is left is found at the next start.
        }
    }

    private void delete(Path tree) throws InterruptedException {
        Deque<Path> pending = new ArrayDeque<>(List.of(tree));
        while (!pending.isEmpty()) {
            deleteOne(pending.pop(), pending);
        }
    }

    private void deleteOne(Path path, Deque<Path> subdirectories) throws InterruptedException {
        try {
            if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                Files.deleteIfExists(path);
                return;
            }
            try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
                for (Path child : children) {
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                    if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                        Path place = newPlace();
                        Files.move(child, place, StandardCopyOption.ATOMIC_MOVE);
                        subdirectories.add(place);
                    } else {
                        Files.deleteIfExists(child);
                    }
                }
            }
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "cannot delete {0} (tried again at the next start): {1}", path, e.toString());
        }
    }

    @Override
    public void close() {
        worker.interrupt();
        try {
            worker.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private sealed interface Work {}

    private record Delete(Path path) implements Work {}

    private record Signal(CountDownLatch reached) implements Work {}
}
