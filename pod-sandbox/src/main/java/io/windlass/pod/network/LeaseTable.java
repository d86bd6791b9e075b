package io.windlass.pod.network;

import io.windlass.database.Database;
import io.windlass.pod.model.Protocol;
import java.net.InetAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Leases as rows. Thread-safe as the database is. */
final class LeaseTable {
    private final Database database;

    LeaseTable(Database database) {
        this.database = database;
    }

    /** The network that the leases are of, once one was used. */
    Optional<UsedNetwork> network() {
        return database.transaction(c -> {
            try (PreparedStatement select =
                            c.prepareStatement("SELECT subnet, ipv6_subnet, last_number FROM network WHERE id = 1");
                    ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                return Optional.of(new UsedNetwork(
                        new Ranges(Subnet.parse(row.getString(1)), subnet(row.getString(2))), row.getInt(3)));
            }
        });
    }

    void use(UsedNetwork network) {
        database.update(c -> execute(
                c,
                "INSERT OR REPLACE INTO network (id, subnet, ipv6_subnet, last_number) VALUES (1, ?, ?, ?)",
                network.ranges().subnet().toString(),
                text(network.ranges().ipv6Subnet()),
                network.lastNumber()));
    }

    /** What the cluster has assigned last. */
    PodRanges assigned() {
        return database.transaction(c -> {
            try (PreparedStatement select = c.prepareStatement("SELECT ranges FROM assigned WHERE id = 1");
                    ResultSet row = select.executeQuery()) {
                return row.next() ? PodRanges.parse(row.getString(1)) : PodRanges.NONE;
            }
        });
    }

    void assign(PodRanges ranges) {
        database.update(
                c -> execute(c, "INSERT OR REPLACE INTO assigned (id, ranges) VALUES (1, ?)", ranges.toString()));
    }

    private static Optional<Subnet> subnet(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(Subnet.parse(text));
    }

    private static String text(Optional<Subnet> subnet) {
        return subnet.map(Subnet::toString).orElse("");
    }

    List<Lease> all() {
        return database.transaction(c -> {
            Map<String, List<HostPort>> ports = ports(c);
            List<Lease> leases = new ArrayList<>();
            try (PreparedStatement select = c.prepareStatement(
                            "SELECT pod_id, number, link, ipv6, state, subnet, ipv6_subnet FROM lease");
                    ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    String podId = row.getString(1);
                    leases.add(new Lease(
                            podId,
                            row.getInt(2),
                            row.getString(3),
                            row.getBoolean(4),
                            Lease.State.of(row.getInt(5)),
                            ports.getOrDefault(podId, List.of()),
                            new Ranges(Subnet.parse(row.getString(6)), subnet(row.getString(7)))));
                }
            }
            return leases;
        });
    }

    private static Map<String, List<HostPort>> ports(Connection c) throws SQLException {
        Map<String, List<HostPort>> ports = new HashMap<>();
        try (PreparedStatement select = c.prepareStatement(
                        "SELECT pod_id, protocol, host_address, host_port, container_port FROM host_port");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                ports.computeIfAbsent(row.getString(1), ignored -> new ArrayList<>())
                        .add(new HostPort(
                                Protocol.valueOf(row.getString(2)),
                                HostPort.address(row.getString(3)),
                                row.getInt(4),
                                row.getInt(5)));
            }
        }
        return ports;
    }

    void insert(Lease lease) {
        database.update(c -> {
            execute(
                    c,
                    "INSERT INTO lease (pod_id, number, link, ipv6, state, subnet, ipv6_subnet) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    lease.podId(),
                    lease.number(),
                    lease.link(),
                    lease.ipv6(),
                    lease.state().code(),
                    lease.ranges().subnet().toString(),
                    text(lease.ranges().ipv6Subnet()));
            execute(c, "UPDATE network SET last_number = ? WHERE id = 1", lease.number());
            for (HostPort port : lease.ports()) {
                execute(
                        c,
                        "INSERT INTO host_port (protocol, host_address, host_port, container_port, pod_id)"
                                + " VALUES (?, ?, ?, ?, ?)",
                        port.protocol().name(),
                        port.address().map(InetAddress::getHostAddress).orElse(""),
                        port.port(),
                        port.containerPort(),
                        lease.podId());
            }
        });
    }

    /** Stores a lease's new state; its ports can only have become none. */
    void update(Lease lease) {
        database.update(c -> {
            execute(
                    c,
                    "UPDATE lease SET ipv6 = ?, state = ? WHERE pod_id = ?",
                    lease.ipv6(),
                    lease.state().code(),
                    lease.podId());
            if (lease.ports().isEmpty()) {
                execute(c, "DELETE FROM host_port WHERE pod_id = ?", lease.podId());
            }
        });
    }

    void delete(String podId) {
        database.update(c -> execute(c, "DELETE FROM lease WHERE pod_id = ?", podId));
    }

    private static void execute(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    /** What new leases' numbers count in, and the number given out last. */
    record UsedNetwork(Ranges ranges, int lastNumber) {}
}
