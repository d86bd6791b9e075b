package io.windlass.database;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One SQLite file in WAL mode, migrated to the newest schema when opened.
 *
 * <p>Beside it lies a {@link Reserve} of space, so that records can be taken away while the disk is full.
 *
 * <p>Thread-safe: one connection, one transaction at a time. Nothing slow may run inside a transaction, as every other
 * caller waits for it.
 */
public final class Database implements AutoCloseable {
    private final Path file;
    private final Connection connection;
    private final Reserve reserve;
    private final ReentrantLock lock = new ReentrantLock();

    private Database(Path file, Connection connection, Reserve reserve) {
        this.file = file;
        this.connection = connection;
        this.reserve = reserve;
    }

    /**
     * Opens or creates the store.
     *
     * @param migrations the schema's history: element i leads from version i to i+1, each a script of statements separated
     *     by semicolons. Elements are only ever appended.
     */
    public static Database open(Path file, Durability durability, List<String> migrations) {
        return open(file, durability, "NORMAL", migrations);
    }

    /**
     * The same of a store that nobody else has open meanwhile. What readers and writers would share is then no file in memory, of which a
     * disk that gets full can take pages away: the process would end by SIGBUS.
     */
    public static Database openAlone(Path file, Durability durability, List<String> migrations) {
        return open(file, durability, "EXCLUSIVE", migrations);
    }

    private static Database open(Path file, Durability durability, String locking, List<String> migrations) {
        Reserve reserve = new Reserve(file);
        Database database = new Database(file, connect(file, durability, locking, reserve), reserve);
        try {
            database.migrate(migrations);
        } catch (Fault e) {
            database.close();
            throw e;
        }
        reserve.keep();
        return database;
    }

    /** Also a store that is only read needs a little space, for what its readers and writers share. */
    private static Connection connect(Path file, Durability durability, String locking, Reserve reserve) {
        try {
            return connect(file, durability, locking);
        } catch (SQLException e) {
            Fault failure = failure("open", file, e);
            if (failure.kind() != FaultKind.RESOURCE_EXHAUSTED || !reserve.giveUp()) {
                throw failure;
            }
        }
        try {
            return connect(file, durability, locking);
        } catch (SQLException e) {
            throw failure("open", file, e);
        }
    }

    private static Connection connect(Path file, Durability durability, String locking) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout=10000");
            statement.execute("PRAGMA locking_mode=" + locking);
            statement.execute("PRAGMA journal_mode=WAL");
            statement.execute("PRAGMA synchronous=" + durability.name());
            statement.execute("PRAGMA foreign_keys=ON");
            return connection;
        } catch (SQLException e) {
            try {
                connection.close();
            } catch (SQLException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    private static Fault failure(String verb, Path file, SQLException e) {
        return Reserve.isFull(file, e)
                ? new Fault(
                        FaultKind.RESOURCE_EXHAUSTED,
                        "cannot " + verb + " store " + file + ": No space left on device: " + e.getMessage(),
                        e)
                : Fault.internal("cannot " + verb + " store " + file + ": " + e.getMessage(), e);
    }

    private void migrate(List<String> migrations) {
        update(c -> {
            try (Statement statement = c.createStatement()) {
                int version;
                try (ResultSet result = statement.executeQuery("PRAGMA user_version")) {
                    version = result.getInt(1);
                }
                if (version > migrations.size()) {
                    throw Fault.precondition("cannot open store " + file + ": its schema version " + version
                            + " is newer than this release's " + migrations.size() + "; run the newer release");
                }
                if (version == migrations.size()) {
                    return;
                }
                for (String script : migrations.subList(version, migrations.size())) {
                    for (String sql : script.split(";", -1)) {
                        if (!sql.isBlank()) {
                            statement.execute(sql);
                        }
                    }
                }
                statement.execute("PRAGMA user_version=" + migrations.size());
            }
        });
    }

    /** Runs {@code work} in one transaction: all of it is stored, or, when it throws, nothing. */
    public <T> T transaction(Work<T> work) {
        lock.lock();
        try {
            execute("BEGIN");
            T result = work.run(connection);
            execute("COMMIT");
            reserve.keep();
            return result;
        } catch (SQLException e) {
            rollback(e);
            throw failure("write", file, e);
        } catch (RuntimeException | Error e) {
            rollback(e);
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /** Runs {@code work}, which has no result, in one transaction. */
    public void update(Update work) {
        transaction(c -> {
            work.run(c);
            return true;
        });
    }

    /**
     * Runs {@code work}, which takes records away so that what they tell of can be deleted: also on a disk that is full. It may be run
     * twice.
     */
    public <T> T removal(Work<T> work) {
        lock.lock();
        try {
            return transaction(work);
        } catch (Fault e) {
            if (e.kind() != FaultKind.RESOURCE_EXHAUSTED || !reserve.giveUp()) {
                throw e;
            }
            return transaction(work);
        } finally {
            lock.unlock();
        }
    }

    /** After some failures, such as of a full disk, SQLite has ended the transaction by itself. */
    private void rollback(Throwable first) {
        try {
            execute("ROLLBACK");
        } catch (SQLException e) {
            first.addSuppressed(e);
        }
    }

    /** The driver's own transactions go on as if nothing were the matter once SQLite has ended one by itself. */
    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            connection.close();
        } catch (SQLException e) {
            throw Fault.internal("cannot close store " + file + ": " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    /** What a commit survives. */
    public enum Durability {
        /** A crash of this process, not a power loss: for state that a reboot ends anyway. */
        NORMAL,
        /** Power loss too. */
        FULL
    }

    /** Statements that belong together. */
    @FunctionalInterface
    public interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /** Statements that belong together and have no result. */
    @FunctionalInterface
    public interface Update {
        void run(Connection connection) throws SQLException;
    }
}
