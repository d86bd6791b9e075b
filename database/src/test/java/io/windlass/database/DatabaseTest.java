package io.windlass.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.database.Database.Durability;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
    private static final String LONG = "x".repeat(100_000);
    private static final String FIRST = "CREATE TABLE t (a TEXT PRIMARY KEY)";

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void placeFile() {
        file = folder.resolve("t.db");
    }

    @Test
    void keeps_what_was_committed_and_runs_each_migration_once() {
        try (Database database = Database.open(file, Durability.FULL, List.of(FIRST))) {
            database.transaction(c -> insert(c, "one"));
        }
        try (Database database =
                Database.open(file, Durability.FULL, List.of(FIRST, "ALTER TABLE t ADD COLUMN b INT; DELETE FROM t"))) {
            assertThat(count(database)).isZero();
            database.transaction(c -> insert(c, "two"));
            assertThat(count(database)).isEqualTo(1);
        }
    }

    @Test
    void stores_nothing_of_a_transaction_that_throws() {
        try (Database database = Database.open(file, Durability.NORMAL, List.of(FIRST))) {
            assertThatThrownBy(() -> database.transaction(c -> {
                        insert(c, "one");
                        throw Fault.invalid("changed my mind");
                    }))
                    .hasMessage("changed my mind");
            assertThat(count(database)).isZero();
        }
    }

    @Test
    void refuses_a_store_that_a_newer_release_wrote() {
        Database.open(file, Durability.NORMAL, List.of(FIRST, "CREATE TABLE u (a INT)"))
                .close();
        assertThatThrownBy(() -> Database.open(file, Durability.NORMAL, List.of(FIRST)))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.FAILED_PRECONDITION))
                .hasMessageContaining("schema version 2 is newer");
    }

    @Test
    void a_store_that_one_has_alone_needs_no_memory_that_is_a_file() {
        try (Database database = Database.openAlone(file, Durability.FULL, List.of(FIRST))) {
            database.transaction(c -> insert(c, "one"));
            assertThat(folder.resolve("t.db-wal")).isNotEmptyFile();
            assertThat(folder.resolve("t.db-shm")).doesNotExist();
        }
        try (Database database = Database.openAlone(file, Durability.FULL, List.of(FIRST))) {
            assertThat(count(database)).isEqualTo(1);
            assertThat(folder.resolve("t.db-shm")).doesNotExist();
        }
    }

    @Test
    void goes_on_after_sqlite_has_ended_a_transaction_by_itself() {
        try (Database database = Database.open(file, Durability.NORMAL, List.of(FIRST))) {
            limitPages(database, 1);
            assertThatThrownBy(() -> database.transaction(c -> insert(c, LONG)))
                    .isInstanceOfSatisfying(
                            Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.RESOURCE_EXHAUSTED))
                    .hasMessageContaining("cannot write store " + file + ": No space left on device");
            limitPages(database, 1000);

            database.transaction(c -> insert(c, LONG));
            assertThatThrownBy(() -> database.transaction(c -> {
                        insert(c, "one");
                        throw Fault.invalid("changed my mind");
                    }))
                    .hasMessage("changed my mind");

            assertThat(count(database)).isEqualTo(1);
        }
    }

    @Test
    void a_removal_that_finds_the_disk_full_has_the_reserve_for_another_try() {
        Path reserve = folder.resolve("t.db-reserve");
        try (Database database = Database.open(file, Durability.NORMAL, List.of(FIRST))) {
            assertThat(reserve).isNotEmptyFile();
            limitPages(database, 1);
            AtomicInteger tries = new AtomicInteger();

            database.removal(c -> {
                if (tries.incrementAndGet() == 1) {
                    return insert(c, LONG);
                }
                assertThat(reserve).doesNotExist();
                return 0;
            });

            assertThat(tries).hasValue(2);
            assertThat(reserve).isNotEmptyFile();
        }
    }

    /** No more than the file has already, if that is more. */
    private static void limitPages(Database database, int pages) {
        database.update(c -> {
            try (Statement statement = c.createStatement()) {
                statement.execute("PRAGMA max_page_count=" + pages);
            }
        });
    }

    private static int insert(Connection connection, String value) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate("INSERT INTO t (a) VALUES ('" + value + "')");
        }
    }

    private static int count(Database database) {
        return database.transaction(c -> {
            try (Statement statement = c.createStatement();
                    ResultSet result = statement.executeQuery("SELECT count(*) FROM t")) {
                return result.getInt(1);
            }
        });
    }
}
