package io.windlass.pod.network;

import io.windlass.database.Database;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.network.LeaseTable.UsedNetwork;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who holds which addresses and host ports: in memory for speed, in the store before anything depends on it. Thread-safe.
 */
final class Leases {
    private final LeaseTable table;
    private final Map<String, Lease> leases = new HashMap<>();
    private @Nullable AddressPool pool;
    private @Nullable Ranges current;

    Leases(Database database) {
        table = new LeaseTable(database);
        table.all().forEach(lease -> leases.put(lease.podId(), lease));
    }

    /** The subnet that numbers were given out of last. */
    synchronized Optional<Subnet> subnet() {
        return table.network().map(used -> used.ranges().subnet());
    }

    /** What the cluster has assigned last; nothing at first. */
    PodRanges assigned() {
        return table.assigned();
    }

    /** Remembers what the cluster assigns. */
    void assign(PodRanges ranges) {
        table.assign(ranges);
    }

    /** The ranges that pods have addresses of. */
    synchronized Set<Ranges> held() {
        return leases.values().stream().map(Lease::ranges).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /**
     * Refuses subnets where a pod's address could be another pod's, too: pods keep addresses of subnets used before, and numbers
     * are given once over all of them.
     */
    synchronized void requireApart(List<Subnet> next) {
        for (Lease lease : leases.values()) {
            if (!lease.ranges().goWith(next)) {
                throw Fault.precondition("pod %s has an address of %s, which overlaps; remove it first"
                        .formatted(lease.podId(), lease.ranges()));
            }
        }
    }

    /** Gives out numbers of these ranges from now on. */
    synchronized void use(Ranges ranges) {
        try {
            requireApart(ranges.subnets().toList());
        } catch (Fault e) {
            throw e.in("cannot change the pods' subnets to " + ranges);
        }
        Optional<UsedNetwork> before = table.network();
        boolean same = before.isPresent() && before.get().ranges().equals(ranges);
        if (!same) {
            table.use(new UsedNetwork(ranges, AddressPool.GATEWAY));
        }
        AddressPool fresh =
                new AddressPool(ranges.subnet(), same ? before.orElseThrow().lastNumber() : AddressPool.GATEWAY);
        leases.values().forEach(lease -> fresh.claim(lease.number()));
        pool = fresh;
        current = ranges;
    }

    synchronized Optional<Lease> find(String podId) {
        return Optional.ofNullable(leases.get(podId));
    }

    synchronized List<Lease> all() {
        return List.copyOf(leases.values());
    }

    /** Records the intent to attach a pod: its address and host ports are its own from here on. */
    synchronized Lease reserve(String podId, String link, boolean ipv6, List<HostPort> ports) {
        if (pool == null || current == null) {
            throw Fault.precondition("cannot give pod " + podId + " an address: no subnet is in use");
        }
        ports.forEach(port -> requireFree(podId, port));
        int number = pool.allocate();
        Lease lease = new Lease(podId, number, link, ipv6, Lease.State.RESERVED, ports, current);
        try {
            table.insert(lease);
        } catch (RuntimeException e) {
            pool.release(number);
            throw e;
        }
        leases.put(podId, lease);
        return lease;
    }

    private void requireFree(String podId, HostPort wanted) {
        for (Lease lease : leases.values()) {
            for (HostPort port : lease.ports()) {
                if (port.protocol() == wanted.protocol()
                        && port.port() == wanted.port()
                        && port.address().equals(wanted.address())) {
                    throw new Fault(
                            FaultKind.ALREADY_EXISTS,
                            "cannot map host port %s to pod %s: pod %s has it".formatted(wanted, podId, lease.podId()));
                }
            }
        }
    }

    /** Records a lease's new state. */
    synchronized void update(Lease lease) {
        table.update(lease);
        leases.put(lease.podId(), lease);
    }

    /** Gives the address back: nothing in the kernel may carry it any more. */
    synchronized void release(Lease lease) {
        table.delete(lease.podId());
        leases.remove(lease.podId());
        if (pool != null) {
            pool.release(lease.number());
        }
    }
}
