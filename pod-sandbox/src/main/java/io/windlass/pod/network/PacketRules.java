package io.windlass.pod.network;

import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Masquerading and host ports, where the host can do them. Pods without host ports never wait for it. Thread-safe.
 */
final class PacketRules {
    private final Optional<Nft> nft;
    private final Leases leases;
    private @Nullable NftRules rules;
    private String problem = "the packet rules were not installed yet";

    PacketRules(Optional<Nft> nft, Leases leases) {
        this.nft = nft;
        this.leases = leases;
    }

    /** Installs the instance's table with the ports of all leases. A failure is kept as the {@link #problem}. */
    synchronized void install(NftRules wanted) {
        rules = null;
        if (nft.isEmpty()) {
            problem = "nft is not installed (package nftables)";
            return;
        }
        try {
            nft.get().apply(wanted.install(leases.all()));
            rules = wanted;
            problem = "";
        } catch (Fault e) {
            problem = e.getMessage();
        }
    }

    /** Why there is neither masquerading nor host ports; empty when there are both. */
    synchronized String problem() {
        return problem;
    }

    synchronized void add(Lease lease) {
        if (lease.ports().isEmpty()) {
            return;
        }
        if (nft.isEmpty() || rules == null) {
            throw new Fault(
                    FaultKind.UNIMPLEMENTED,
                    "cannot map host port %s to pod %s: %s"
                            .formatted(lease.ports().getFirst(), lease.podId(), problem));
        }
        nft.get().apply(rules.addPorts(lease));
    }

    /**
     * Takes a lease's ports out, then has that recorded, before the table can be installed anew with what is recorded.
     * Should the change fail, because the ports were never put in or someone changed the table, it is installed anew
     * without them.
     */
    synchronized void remove(Lease lease, Runnable recorded) {
        if (!lease.ports().isEmpty() && nft.isPresent() && rules != null) {
            try {
                nft.get().apply(rules.deletePorts(lease));
            } catch (Fault e) {
                List<Lease> others = leases.all().stream()
                        .filter(other -> !other.podId().equals(lease.podId()))
                        .toList();
                nft.get().apply(rules.install(others));
            }
        }
        recorded.run();
    }

    /** Removes the whole table. */
    synchronized void uninstall(String instance) {
        nft.ifPresent(program -> program.apply(NftRules.remove(NftRules.tableName(instance))));
        rules = null;
        problem = "the packet rules were removed";
    }
}
