package io.windlass.pod.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.database.Database;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.model.PortMapping;
import io.windlass.pod.model.Protocol;
import java.net.InetAddress;
import java.nio.file.Path;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeasesTest {
    private static final Ranges RANGES = new Ranges(Subnet.parse("10.88.0.0/24"), Optional.empty());

    @TempDir
    Path folder;

    private Database database;
    private Leases leases;

    @BeforeEach
    void open() {
        database = NetworkSchema.open(folder.resolve("network.db"));
        leases = new Leases(database);
        leases.use(RANGES);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void restart() {
        database.close();
        database = NetworkSchema.open(folder.resolve("network.db"));
        leases = new Leases(database);
        leases.use(RANGES);
    }

    /** Whatever happens, restarts included: never two pods with one address, never the gateway's, never outside. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 20260801, 987654321})
    void no_two_pods_ever_have_one_address(long seed) {
        Random random = new Random(seed);
        Deque<Lease> held = new ArrayDeque<>();
        int pods = 0;
        for (int step = 0; step < 600; step++) {
            int dice = random.nextInt(100);
            if (dice < 1) {
                restart();
            } else if (dice < 60 && held.size() < 253) {
                held.add(reserve("pod" + pods++));
            } else if (!held.isEmpty()) {
                leases.release(random.nextBoolean() ? held.removeFirst() : held.removeLast());
            }
            assertThat(held)
                    .as("seed %d, step %d", seed, step)
                    .extracting(Lease::number)
                    .doesNotHaveDuplicates()
                    .allSatisfy(number -> assertThat(number).isBetween(2, 254));
            assertThat(leases.all()).hasSameSizeAs(held);
        }
    }

    @Test
    void an_address_is_given_again_as_late_as_possible_even_across_a_restart() {
        Lease first = reserve("one");
        assertThat(first.number()).isEqualTo(2);
        leases.release(first);
        assertThat(reserve("two").number()).isEqualTo(3);
        restart();
        assertThat(reserve("three").number()).isEqualTo(4);
    }

    @Test
    void a_full_subnet_says_so_and_goes_on_with_what_is_given_back() {
        List<Lease> all = new ArrayList<>();
        IntStream.range(0, 253).forEach(i -> all.add(reserve("pod" + i)));
        assertThatThrownBy(() -> reserve("one too many"))
                .isInstanceOfSatisfying(
                        Fault.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.RESOURCE_EXHAUSTED))
                .hasMessage("cannot give an address: all 253 of subnet 10.88.0.0/24 are in use");
        leases.release(all.get(100));
        assertThat(reserve("next").number()).isEqualTo(all.get(100).number());
    }

    @Test
    void leases_come_back_as_they_were_stored() {
        Lease lease = leases.reserve("pod", "wl0", true, ports("127.0.0.1", 80));
        leases.update(lease.attached(true));
        restart();
        assertThat(leases.find("pod")).contains(lease.attached(true));
        leases.update(lease.releasing());
        restart();
        assertThat(leases.find("pod")).contains(lease.releasing());
        leases.release(lease);
        restart();
        assertThat(leases.all()).isEmpty();
    }

    @Test
    void a_host_port_is_one_pods_until_that_is_detached() {
        Lease first = leases.reserve("first", "wl1", false, ports("", 80));
        assertThatThrownBy(() -> leases.reserve("second", "wl2", false, ports("", 80)))
                .hasMessage("cannot map host port *:80/tcp to pod second: pod first has it");
        assertThat(leases.find("second")).isEmpty();
        leases.reserve("other address", "wl3", false, ports("127.0.0.1", 80));
        leases.update(first.releasing());
        assertThat(leases.reserve("second", "wl2", false, ports("", 80)).number())
                .isNotEqualTo(first.number());
    }

    @Test
    void pods_keep_their_ranges_when_others_get_new_ones() {
        Lease before = reserve("before");
        Ranges next = new Ranges(Subnet.parse("10.99.0.0/24"), Optional.of(Subnet.parse("fd00:1::/64")));
        leases.use(next);
        Lease after = leases.reserve("after", "wl-after", true, List.of());
        assertThat(before.address()).isEqualTo(InetAddress.ofLiteral("10.88.0.2"));
        assertThat(after.address()).isEqualTo(InetAddress.ofLiteral("10.99.0.3"));
        assertThat(after.ipv6Subnet()).contains(Subnet.parse("fd00:1::/64"));
        database.close();
        database = NetworkSchema.open(folder.resolve("network.db"));
        leases = new Leases(database);
        assertThat(leases.find("before")).contains(before);
        assertThat(leases.find("after")).contains(after);
        assertThat(leases.subnet()).contains(next.subnet());
        assertThat(leases.held()).containsExactlyInAnyOrder(RANGES, next);
    }

    @Test
    void ranges_that_overlap_those_of_pods_are_refused_until_the_pods_are_gone() {
        Lease lease = reserve("pod");
        Ranges wider = new Ranges(Subnet.parse("10.88.0.0/16"), Optional.empty());
        assertThatThrownBy(() -> leases.use(wider))
                .hasMessage("cannot change the pods' subnets to 10.88.0.0/16: pod pod has an address of 10.88.0.0/24,"
                        + " which overlaps; remove it first");
        assertThat(reserve("next").ranges()).isEqualTo(RANGES);
        leases.all().forEach(leases::release);
        leases.use(wider);
        assertThat(leases.subnet()).contains(wider.subnet());
        assertThat(lease.ranges()).isEqualTo(RANGES);
    }

    @Test
    void leases_of_a_store_without_ranges_get_those_of_its_network() {
        Path old = folder.resolve("old.db");
        try (Database store = Database.open(old, Database.Durability.NORMAL, NetworkSchema.MIGRATIONS.subList(0, 2))) {
            store.update(c -> {
                try (Statement statement = c.createStatement()) {
                    statement.executeUpdate("INSERT INTO network VALUES (1, '10.77.0.0/24', 'fd00:7::/64', 5)");
                    statement.executeUpdate("INSERT INTO lease VALUES ('pod', 5, 'wl5', 1, 1)");
                }
            });
        }
        try (Database store = NetworkSchema.open(old)) {
            assertThat(new Leases(store).all())
                    .singleElement()
                    .extracting(Lease::ranges)
                    .isEqualTo(new Ranges(Subnet.parse("10.77.0.0/24"), Optional.of(Subnet.parse("fd00:7::/64"))));
        }
    }

    private Lease reserve(String pod) {
        return leases.reserve(pod, "wl-" + pod, false, List.of());
    }

    private static List<HostPort> ports(String address, int port) {
        return HostPort.of(List.of(new PortMapping(Protocol.TCP, 8080, port, address)));
    }
}
