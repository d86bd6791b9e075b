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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
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
