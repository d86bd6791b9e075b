package io.windlass.pod.network;

import io.windlass.database.Database;
import io.windlass.database.Database.Durability;
import java.nio.file.Path;
import java.util.List;

/** The networks' own store. A power loss ends all pods, so it need not survive one. */
final class NetworkSchema {
    static final List<String> MIGRATIONS = List.of("""
            CREATE TABLE network (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                subnet TEXT NOT NULL,
                ipv6_subnet TEXT NOT NULL,
                last_number INTEGER NOT NULL
            );
            CREATE TABLE lease (
                pod_id TEXT PRIMARY KEY,
                number INTEGER NOT NULL UNIQUE,
                link TEXT NOT NULL UNIQUE,
                ipv6 INTEGER NOT NULL,
                attached INTEGER NOT NULL
            );
            CREATE TABLE host_port (
                protocol TEXT NOT NULL,
                host_address TEXT NOT NULL,
                host_port INTEGER NOT NULL,
                container_port INTEGER NOT NULL,
                pod_id TEXT NOT NULL REFERENCES lease (pod_id) ON DELETE CASCADE,
                PRIMARY KEY (protocol, host_address, host_port)
            );
            CREATE INDEX host_port_of_pod ON host_port (pod_id)
            """, "ALTER TABLE lease RENAME COLUMN attached TO state", """
            CREATE TABLE assigned (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                ranges TEXT NOT NULL
            )
            """, """
            ALTER TABLE lease ADD COLUMN subnet TEXT NOT NULL DEFAULT '';
            ALTER TABLE lease ADD COLUMN ipv6_subnet TEXT NOT NULL DEFAULT '';
            UPDATE lease SET subnet = (SELECT subnet FROM network), ipv6_subnet = (SELECT ipv6_subnet FROM network)
            """);

    private NetworkSchema() {}

    static Database open(Path file) {
        return Database.open(file, Durability.NORMAL, MIGRATIONS);
    }
}
