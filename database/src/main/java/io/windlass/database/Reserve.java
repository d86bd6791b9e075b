package io.windlass.database;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Random;

/**
 * A file beside a store that takes a little space for nothing: on a disk that is full it is deleted, so that records can be removed, and with
 * them what fills the disk. Used under the store's lock.
 */
final class Reserve {
    private static final System.Logger LOG = System.getLogger(Reserve.class.getName());
    private static final int BYTES = 512 << 10;
    private static final int SQLITE_IOERR = 10;
    private static final int SQLITE_FULL = 13;
    private static final int SQLITE_CANTOPEN = 14;

    private final Path store;
    private final Path file;
    private boolean kept;

    Reserve(Path store) {
        this.store = store;
        this.file = store.resolveSibling(store.getFileName() + "-reserve");
    }

    /** Whether a failure of SQLite is one of space: what it has for others does not tell them apart. */
    static boolean isFull(Path store, SQLException e) {
        int code = e.getErrorCode() & 0xff;
        return code == SQLITE_FULL || ((code == SQLITE_IOERR || code == SQLITE_CANTOPEN) && free(store) < BYTES);
    }

    private static long free(Path store) {
        try {
            return Files.getFileStore(store.toAbsolutePath().getParent()).getUsableSpace();
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }

    /** Makes it where it is not there and there is space enough; else a later call does. */
    void keep() {
        if (kept) {
            return;
        }
        try {
            if (!Files.exists(file) || Files.size(file) != BYTES) {
                if (free(store) < 4L * BYTES) {
                    return;
                }
                // Not of zeros, which some filesystems keep without taking space.
                byte[] content = new byte[BYTES];
                new Random(1).nextBytes(content);
                Files.write(file, content);
            }
            kept = true;
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "cannot keep a reserve beside {0}: {1}", store, e.toString());
            giveUp();
        }
    }

    /** Whether there was one. */
    boolean giveUp() {
        kept = false;
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "cannot delete {0}: {1}", file, e.toString());
            return false;
        }
    }
}
