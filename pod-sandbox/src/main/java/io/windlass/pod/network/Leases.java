package io.windlass.pod.network;

import io.windlass.database.Database;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.pod.network.LeaseTable.UsedNetwork;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who holds which addresses and host ports: in memory for speed, in the store before anything depends on it. Thread-safe.
 */
final class Leases {
    private final LeaseTable table;
    private final Map<String, Lease> leases = new HashMap<>();
    private @Nullable AddressPool pool;

    Leases(Database database) {
        table = new LeaseTable(database);
        table.all().forEach(lease -> leases.put(lease.podId(), lease));
    }

    /** The subnet used so far; kept for as long as pods have addresses of it. */
    synchronized Optional<Subnet> subnet() {
        return table.network().map(UsedNetwork::subnet);
    }

    /** What the cluster has assigned last; nothing at first. */
    PodRanges assigned() {
        return table.assigned();
    }

    /**
     * Remembers what the cluster assigns.
     *
     * @param result the settings that follow from it; refused while pods have addresses of others
     */
    synchronized void assign(PodRanges ranges, NetworkConfig result) {
        Optional<UsedNetwork> used = table.network();
        if (!leases.isEmpty() && !used.filter(network -> network.fits(result)).isPresent()) {
            throw Fault.precondition("%d pods have addresses of %s; remove them first"
                    .formatted(leases.size(), used.map(UsedNetwork::toString).orElse("others")));
        }
        table.assign(ranges);
    }

    /** Takes addresses from these subnets from now on. Refused while pods have addresses of others. */
    synchronized void use(Subnet subnet, Optional<Subnet> ipv6Subnet) {
        Optional<UsedNetwork> before = table.network();
        boolean same = before.isPresent()
                && before.get().subnet().equals(subnet)
                && before.get().ipv6Subnet().equals(ipv6Subnet);
        if (!same) {
            if (before.isPresent() && !leases.isEmpty()) {
                throw Fault.precondition(
                        "cannot change the pods' subnets from %s to %s: %d of them still have addresses; remove them first"
                                .formatted(before.get(), new UsedNetwork(subnet, ipv6Subnet, 0), leases.size()));
            }
            table.use(new UsedNetwork(subnet, ipv6Subnet, AddressPool.GATEWAY));
        }
        AddressPool fresh = new AddressPool(subnet, same ? before.orElseThrow().lastNumber() : AddressPool.GATEWAY);
        leases.values().forEach(lease -> fresh.claim(lease.number()));
        pool = fresh;
    }

    synchronized Optional<Lease> find(String podId) {
        return Optional.ofNullable(leases.get(podId));
    }

    synchronized List<Lease> all() {
        return List.copyOf(leases.values());
    }

    /** Records the intent to attach a pod: its address and host ports are its own from here on. */
    synchronized Lease reserve(String podId, String link, boolean ipv6, List<HostPort> ports) {
        if (pool == null) {
            throw Fault.precondition("cannot give pod " + podId + " an address: no subnet is in use");
        }
        ports.forEach(port -> requireFree(podId, port));
        int number = pool.allocate();
        Lease lease = new Lease(podId, number, link, ipv6, Lease.State.RESERVED, ports);
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
