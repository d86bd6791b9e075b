package io.windlass.database;

import io.windlass.fault.Fault;
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
 * <p>Thread-safe: one connection, one transaction at a time. Nothing slow may run inside a transaction, as every other
 * caller waits for it.
 */
public final class Database implements AutoCloseable {
    private final Path file;
    private final Connection connection;
    private final ReentrantLock lock = new ReentrantLock();

    private Database(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /**
     * Opens or creates the store.
     *
     * @param migrations the schema's history: element i leads from version i to i+1, each a script of statements separated
     *     by semicolons. Elements are only ever appended.
     */
    public static Database open(Path file, Durability durability, List<String> migrations) {
        try {
            Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA journal_mode=WAL");
                statement.execute("PRAGMA synchronous=" + durability.name());
                statement.execute("PRAGMA busy_timeout=10000");
                statement.execute("PRAGMA foreign_keys=ON");
            }
            connection.setAutoCommit(false);
            Database database = new Database(file, connection);
            database.migrate(migrations);
            return database;
        } catch (SQLException e) {
            throw Fault.internal("cannot open store " + file + ": " + e.getMessage(), e);
        }
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
            T result = work.run(connection);
            connection.commit();
            return result;
        } catch (SQLException e) {
            rollback(e);
            throw Fault.internal("cannot write store " + file + ": " + e.getMessage(), e);
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

    private void rollback(Throwable first) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            first.addSuppressed(e);
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
