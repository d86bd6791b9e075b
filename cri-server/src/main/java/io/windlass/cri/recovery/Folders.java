package io.windlass.cri.recovery;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jboss.logging.Logger;

/**
 * The daemon's two folders, which it has to itself: a lock on {@code windlass.lock} in each keeps a second daemon out. The
 * kernel drops the locks when the process ends, however it ends.
 */
public final class Folders implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Folders.class);
    private static final String LOCK = "windlass.lock";

    private final FileChannel root;
    private final FileChannel state;

    private Folders(FileChannel root, FileChannel state) {
        this.root = root;
        this.state = state;
    }

    /** Makes the folders where they are missing, and takes them. */
    public static Folders take(Path root, Path state) {
        if (root.equals(state)) {
            throw Fault.invalid("cannot use " + root + " as both root and state folder: name two");
        }
        FileChannel first = lock(root, "root");
        try {
            FileChannel second = lock(state, "state");
            warnUnlessVolatile(state);
            return new Folders(first, second);
        } catch (Fault e) {
            close(first);
            throw e;
        }
    }

    private static FileChannel lock(Path folder, String what) {
        Path file = folder.resolve(LOCK);
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
            }
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!taken(channel)) {
                String owner = Files.readString(file).strip();
                channel.close();
                throw Fault.precondition("cannot use " + what + " folder " + folder + ": the daemon with pid " + owner
                        + " uses it; stop it, or name another folder by --" + what);
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
            return channel;
        } catch (IOException e) {
            throw new Fault(FaultKind.FAILED_PRECONDITION, "cannot use " + what + " folder " + folder + ": " + e, e);
        }
    }

    private static boolean taken(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static void warnUnlessVolatile(Path state) {
        try {
            String type = Files.getFileStore(state).type();
            if (!type.equals("tmpfs") && !type.equals("ramfs")) {
                LOG.warnf(
                        "the state folder %s is on %s, not on a tmpfs: what is in it outlives a reboot, but does not"
                                + " mean anything then",
                        state, type);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        close(state);
        close(root);
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
