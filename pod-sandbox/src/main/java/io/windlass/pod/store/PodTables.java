package io.windlass.pod.store;

import io.windlass.database.Database;
import io.windlass.pod.model.ContainerId;
import io.windlass.pod.model.PodSandboxId;
import io.windlass.runtime.oci.OciJson;
import io.windlass.runtime.oci.Spec;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The statements on the store's tables. Thread-safe; each call is one transaction. */
final class PodTables {
    static final List<String> MIGRATIONS = List.of("""
            CREATE TABLE sandboxes (id TEXT PRIMARY KEY, definition TEXT NOT NULL, condition TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE containers (id TEXT PRIMARY KEY, sandbox_id TEXT NOT NULL REFERENCES sandboxes (id),
                definition TEXT NOT NULL, spec BLOB NOT NULL, condition TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE intents (id TEXT PRIMARY KEY, intent TEXT NOT NULL) WITHOUT ROWID
            """, """
            CREATE TABLE projects (id INTEGER PRIMARY KEY, project TEXT NOT NULL)
            """);

    private final Database database;

    PodTables(Database database) {
        this.database = database;
    }

    void intend(Intent intent) {
        database.update(c -> execute(c, "INSERT INTO intents VALUES (?, ?)", intent.id(), RecordJson.write(intent)));
    }

    void forgetIntent(String id) {
        database.update(c -> execute(c, "DELETE FROM intents WHERE id = ?", id));
    }

    List<Intent> intents() {
        return database.transaction(c -> {
            List<Intent> found = new ArrayList<>();
            try (PreparedStatement query = c.prepareStatement("SELECT intent FROM intents");
                    ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    found.add(RecordJson.read(rows.getString(1), Intent.class));
                }
            }
            return found;
        });
    }

    void putProject(Project project) {
        database.update(c ->
                execute(c, "INSERT OR REPLACE INTO projects VALUES (?, ?)", project.id(), RecordJson.write(project)));
    }

    void deleteProject(long id) {
        database.update(c -> execute(c, "DELETE FROM projects WHERE id = ?", id));
    }

    List<Project> projects() {
        return database.transaction(c -> {
            List<Project> found = new ArrayList<>();
            try (PreparedStatement query = c.prepareStatement("SELECT project FROM projects");
                    ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    found.add(RecordJson.read(rows.getString(1), Project.class));
                }
            }
            return found;
        });
    }

    /** Fulfils the sandbox's intent. */
    void insertSandbox(SandboxDefinition definition, SandboxCondition condition) {
        String id = definition.id().value();
        database.update(c -> {
            execute(
                    c,
                    "INSERT INTO sandboxes VALUES (?, ?, ?)",
                    id,
                    RecordJson.write(definition),
                    RecordJson.write(condition));
            execute(c, "DELETE FROM intents WHERE id = ?", id);
        });
    }

    void updateSandbox(PodSandboxId id, SandboxCondition condition) {
        database.update(c ->
                execute(c, "UPDATE sandboxes SET condition = ? WHERE id = ?", RecordJson.write(condition), id.value()));
    }

    void deleteSandbox(PodSandboxId id) {
        database.update(c -> execute(c, "DELETE FROM sandboxes WHERE id = ?", id.value()));
    }

    /** Fulfils the container's intent. */
    void insertContainer(ContainerDefinition definition, ContainerCondition condition) {
        String id = definition.id().value();
        database.update(c -> {
            execute(
                    c,
                    "INSERT INTO containers VALUES (?, ?, ?, ?, ?)",
                    id,
                    definition.sandboxId().value(),
                    RecordJson.write(definition),
                    OciJson.write(definition.spec()),
                    RecordJson.write(condition));
            execute(c, "DELETE FROM intents WHERE id = ?", id);
        });
    }

    void updateContainer(ContainerId id, ContainerCondition condition) {
        database.update(c -> execute(
                c, "UPDATE containers SET condition = ? WHERE id = ?", RecordJson.write(condition), id.value()));
    }

    void deleteContainer(ContainerId id) {
        database.update(c -> execute(c, "DELETE FROM containers WHERE id = ?", id.value()));
    }

    List<Sandbox> sandboxes() {
        return database.transaction(c -> {
            List<Sandbox> found = new ArrayList<>();
            try (PreparedStatement query = c.prepareStatement("SELECT definition, condition FROM sandboxes");
                    ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    found.add(new Sandbox(
                            this,
                            RecordJson.read(rows.getString(1), SandboxDefinition.class),
                            RecordJson.read(rows.getString(2), SandboxCondition.class)));
                }
            }
            return found;
        });
    }

    List<Container> containers() {
        return database.transaction(c -> {
            List<Container> found = new ArrayList<>();
            try (PreparedStatement query = c.prepareStatement("SELECT definition, spec, condition FROM containers");
                    ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    found.add(new Container(
                            this,
                            RecordJson.read(rows.getString(1), ContainerDefinition.class)
                                    .withSpec(OciJson.read(rows.getBytes(2), Spec.class)),
                            RecordJson.read(rows.getString(3), ContainerCondition.class)));
                }
            }
            return found;
        });
    }

    private static void execute(Connection connection, String sql, Object... arguments) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setObject(i + 1, arguments[i]);
            }
            statement.executeUpdate();
        }
    }
}
