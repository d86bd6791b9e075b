package io.windlass.pod.network.cni;

import io.windlass.database.Database;
import io.windlass.database.Database.Durability;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which pods plugins were called for, written before the first ADD and kept until every DEL has succeeded. Thread-safe. */
final class CniJournal implements AutoCloseable {
    private static final List<String> MIGRATIONS = List.of("""
            CREATE TABLE attachment (
                pod_id TEXT PRIMARY KEY,
                configuration TEXT NOT NULL,
                arguments TEXT NOT NULL,
                runtime_config TEXT NOT NULL,
                result TEXT NOT NULL
            )
            """);

    private final Database database;

    private CniJournal(Database database) {
        this.database = database;
    }

    static CniJournal open(Path file) {
        return new CniJournal(Database.open(file, Durability.NORMAL, MIGRATIONS));
    }

    void put(Entry entry) {
        database.update(c -> {
            try (PreparedStatement insert = c.prepareStatement("INSERT OR REPLACE INTO attachment"
                    + " (pod_id, configuration, arguments, runtime_config, result) VALUES (?, ?, ?, ?, ?)")) {
                insert.setString(1, entry.podId());
                insert.setString(2, entry.configuration());
                insert.setString(3, entry.arguments());
                insert.setString(4, entry.runtimeConfig());
                insert.setString(5, entry.result());
                insert.executeUpdate();
            }
        });
    }

    void remove(String podId) {
        database.update(c -> {
            try (PreparedStatement delete = c.prepareStatement("DELETE FROM attachment WHERE pod_id = ?")) {
                delete.setString(1, podId);
                delete.executeUpdate();
            }
        });
    }

    Optional<Entry> find(String podId) {
        return all().stream().filter(entry -> entry.podId().equals(podId)).findFirst();
    }

    List<Entry> all() {
        return database.transaction(c -> {
            List<Entry> entries = new ArrayList<>();
            try (PreparedStatement select = c.prepareStatement(
                            "SELECT pod_id, configuration, arguments, runtime_config, result FROM attachment");
                    ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    entries.add(new Entry(
                            row.getString(1), row.getString(2), row.getString(3), row.getString(4), row.getString(5)));
                }
            }
            return entries;
        });
    }

    @Override
    public void close() {
        database.close();
    }

    /**
     * @param configuration the list as it was when the pod was attached
     * @param arguments CNI_ARGS
     * @param runtimeConfig the capability arguments, as JSON
     * @param result of the last plugin, as JSON; empty until all of them have succeeded
     */
    record Entry(String podId, String configuration, String arguments, String runtimeConfig, String result) {
        boolean attached() {
            return !result.isEmpty();
        }

        Entry attached(String finalResult) {
            return new Entry(podId, configuration, arguments, runtimeConfig, finalResult);
        }
    }
}
