package io.windlass.pod.network;

import io.windlass.database.Database;
import io.windlass.fault.Fault;
import io.windlass.fault.FaultKind;
import io.windlass.fault.Rollback;
import io.windlass.linux.Errno;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import io.windlass.linux.netlink.Link;
import io.windlass.linux.netlink.RouteRequest;
import io.windlass.linux.netlink.RouteSocket;
import io.windlass.pod.network.Lease.State;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The built-in network: a bridge with a gateway address, one veth pair a pod, addresses of its own keeping, masquerading
 * and host ports by nftables. Attaching a pod forks nothing unless the pod has host ports.
 *
 * <p>Works in the network namespace of the thread that opens it; the threads that call it have to be in the same one.
 * Thread-safe: pods are attached in parallel, operations on one pod wait for each other.
 */
public final class BridgeNetwork implements PodNetwork {
    private final NetworkConfig configured;
    private final Database database;
    private final RouteSocket routes;
    private final Leases leases;
    private final PodLink podLink;
    private final PacketRules rules;
    private final LinkReaper reaper;
    private final PodLocks locks = new PodLocks();
    private final HostSysctls sysctls = new HostSysctls(Path.of("/proc/sys/net"));
    private volatile NetworkConfig config;
    private volatile Bridge bridge;
    private Bridge.@Nullable Ready ready;

    private BridgeNetwork(
            NetworkConfig config, Database database, RouteSocket routes, Syscalls kernel, Optional<Nft> nft) {
        this.configured = config;
        this.database = database;
        this.routes = routes;
        this.leases = new Leases(database);
        this.config = config.withAssigned(leases.assigned());
        this.bridge = new Bridge(this.config, routes, sysctls);
        this.podLink = new PodLink(kernel, routes, config.mtu());
        this.rules = new PacketRules(nft, leases);
        this.reaper = new LinkReaper(RouteSocket.open(kernel), linkGroup(config), leases::release);
        leases.all().stream().filter(lease -> lease.is(State.RELEASING)).forEach(reaper::add);
    }

    /**
     * Opens the network's store; changes nothing yet: {@link #converge} does, or else the first pod.
     *
     * @param store the SQLite file, made when missing
     */
    public static BridgeNetwork open(NetworkConfig config, Path store, Syscalls kernel) {
        return open(config, store, kernel, Nft.find());
    }

    static BridgeNetwork open(NetworkConfig config, Path store, Syscalls kernel, Optional<Nft> nft) {
        RouteSocket routes;
        try {
            routes = RouteSocket.open(kernel);
        } catch (SyscallException e) {
            throw e.fault("cannot open the pod network");
        }
        try {
            return new BridgeNetwork(config, NetworkSchema.open(store), routes, kernel, nft);
        } catch (RuntimeException e) {
            routes.close();
            throw e;
        }
    }

    @Override
    public NetworkAttachment attach(PodNetworkRequest request) {
        List<HostPort> ports = HostPort.of(request.portMappings());
        return locks.locked(request.podId(), () -> {
            Optional<Lease> existing = leases.find(request.podId());
            if (existing.isPresent() && existing.get().is(State.ATTACHED)) {
                return attachment(existing.get());
            }
            if (existing.isPresent() && existing.get().is(State.RELEASING)) {
                reaper.flush();
            }
            return attachNew(request, leases.find(request.podId()), ports);
        });
    }

    private NetworkAttachment attachNew(PodNetworkRequest request, Optional<Lease> unfinished, List<HostPort> ports) {
        Bridge.Ready current;
        Lease lease;
        synchronized (this) {
            // From here on the pod has an address of this range, so that the bridge keeps the range's gateway.
            current = ready();
            lease = unfinished.isPresent() ? unfinished.get() : reserve(request.podId(), current, ports);
        }
        try (Rollback rollback = new Rollback("attach pod " + request.podId())) {
            rollback.onFailure("release address", () -> leases.release(lease));
            rollback.onFailure("delete link", () -> routes.deleteLink(lease.link()));
            boolean ipv6 = connect(lease, request.namespacePin(), current);
            rollback.onFailure("remove host ports", () -> rules.remove(lease, () -> {}));
            Lease attached = lease.attached(ipv6);
            rules.add(attached);
            leases.update(attached);
            rollback.commit();
            return attachment(attached);
        } catch (SyscallException e) {
            throw e.fault("cannot attach pod " + request.podId() + " to bridge " + config.bridge());
        }
    }

    /** Where no address is free, those of pods that are just being detached are waited for. */
    private Lease reserve(String podId, Bridge.Ready current, List<HostPort> ports) {
        boolean ipv6 = current.ipv6();
        try {
            return leases.reserve(podId, PodLink.name(podId), ipv6, ports);
        } catch (Fault e) {
            if (e.kind() != FaultKind.RESOURCE_EXHAUSTED) {
                throw e;
            }
            reaper.flush();
            return leases.reserve(podId, PodLink.name(podId), ipv6, ports);
        }
    }

    /** Connects the pod; should the bridge have been deleted behind our back, makes it anew first. */
    private boolean connect(Lease lease, Path namespacePin, Bridge.Ready current) {
        try {
            return podLink.connect(lease, namespacePin, current);
        } catch (SyscallException e) {
            if (!(e.is(Errno.EINVAL) || e.is(Errno.ENODEV)) || bridge.find().isPresent()) {
                throw e;
            }
            return podLink.connect(lease, namespacePin, setUp());
        }
    }

    @Override
    public void detach(String podId, Optional<Path> namespace) {
        locks.locked(podId, () -> {
            leases.find(podId).ifPresent(this::release);
            return true;
        });
    }

    /** The pod's ports are free at once; the address goes back last, once no link carries it. */
    private void release(Lease lease) {
        if (lease.is(State.RELEASING)) {
            return;
        }
        Lease releasing = lease.releasing();
        try {
            rules.remove(lease, () -> leases.update(releasing));
        } catch (Fault e) {
            throw e.in("cannot detach pod " + lease.podId() + " from bridge " + config.bridge());
        }
        reaper.add(releasing);
    }

    /** Waits until the links of all detached pods are gone. */
    void settle() {
        reaper.flush();
    }

    @Override
    public Optional<NetworkAttachment> find(String podId) {
        return leases.find(podId).filter(lease -> lease.is(State.ATTACHED)).map(BridgeNetwork::attachment);
    }

    @Override
    public NetworkStatus status() {
        try {
            if (bridge.find().isEmpty() || outdated()) {
                setUp();
            } else {
                ready();
            }
        } catch (SyscallException e) {
            return NetworkStatus.notReady(
                    "BridgeNotReady", "cannot set up bridge " + config.bridge() + ": " + e.getMessage());
        } catch (Fault e) {
            return NetworkStatus.notReady("BridgeNotReady", e.getMessage());
        }
        String problem = rules.problem();
        return problem.isEmpty()
                ? NetworkStatus.READY
                : NetworkStatus.limited(
                        "PacketRulesMissing", "pods have no host ports and no masquerading: " + problem);
    }

    @Override
    public void converge(Set<String> livePods) {
        for (Lease lease : leases.all()) {
            if (!livePods.contains(lease.podId())) {
                detach(lease.podId(), Optional.empty());
            }
        }
        reaper.flush();
        Bridge.Ready current = setUp();
        Set<String> kept = leases.all().stream().map(Lease::link).collect(Collectors.toSet());
        for (Link link : routes.links()) {
            boolean own = link.masterIndex().isPresent() && link.masterIndex().getAsInt() == current.index();
            if (kept.contains(link.name()) && !own) {
                routes.apply(RouteRequest.setMaster(link.name(), current.index()));
            } else if (own && !kept.contains(link.name()) && link.name().matches(PodLink.NAME_PATTERN)) {
                routes.deleteLink(link.name());
            }
        }
    }

    /** The ranges of both families that pods get their addresses from, as far as somebody chose them. */
    public PodRanges ranges() {
        NetworkConfig current = config;
        return new PodRanges(
                current.subnet(),
                current.ipv6Chosen() ? current.ipv6Subnet() : leases.assigned().ipv6());
    }

    /** New pods get addresses of the ranges from now on; those that there are keep theirs until they go. */
    @Override
    public synchronized void use(PodRanges ranges) {
        try {
            configured.requireLeaves(ranges);
            NetworkConfig wanted = configured.withAssigned(ranges);
            if (wanted.equals(config) && ranges.equals(leases.assigned())) {
                return;
            }
            reaper.flush();
            leases.requireApart(wanted.subnets());
            change(wanted, ranges);
        } catch (Fault e) {
            throw e.in("cannot use pod_cidr " + ranges);
        }
    }

    /** Where the new range cannot be had, the old one stays. */
    private void change(NetworkConfig wanted, PodRanges ranges) {
        NetworkConfig before = config;
        PodRanges assignedBefore = leases.assigned();
        boolean up = ready != null;
        leases.assign(ranges);
        try {
            configure(wanted, up);
        } catch (Fault e) {
            leases.assign(assignedBefore);
            try {
                configure(before, up);
            } catch (Fault again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    private void configure(NetworkConfig wanted, boolean up) {
        config = wanted;
        bridge = new Bridge(wanted, routes, sysctls);
        ready = null;
        if (up) {
            setUp();
        }
    }

    /** Whether any pod has an address of it. */
    public boolean inUse() {
        return !leases.all().isEmpty();
    }

    /** Removes the bridge and the packet rules. Refused while pods are attached. */
    public void dismantle() {
        reaper.flush();
        if (!leases.all().isEmpty()) {
            throw Fault.precondition("cannot remove bridge " + config.bridge() + ": "
                    + leases.all().size() + " pods are attached to it");
        }
        synchronized (this) {
            rules.uninstall(config.instance());
            routes.deleteLink(config.bridge());
            ready = null;
        }
    }

    private synchronized Bridge.Ready ready() {
        return ready == null ? setUp() : ready;
    }

    private synchronized Bridge.Ready setUp() {
        ready = null;
        Ranges ranges = bridge.choose(leases.subnet(), inUse());
        leases.use(ranges);
        Bridge.Ready fresh;
        try {
            fresh = bridge.ensure(ranges, leases.held());
        } catch (SyscallException e) {
            throw e.fault("cannot set up bridge " + config.bridge());
        }
        rules.install(new NftRules(config.instance(), config.bridge(), fresh.subnets()));
        if (rules.problem().isEmpty()) {
            // Only behind the rule that keeps pods off the host's own loopback services.
            sysctls.enableRouteLocalnet(config.bridge());
        }
        ready = fresh;
        return fresh;
    }

    /** Whether the last pod with an address of a range used before has gone. */
    private synchronized boolean outdated() {
        Bridge.Ready now = ready;
        return now != null
                && now.subnets().stream()
                        .anyMatch(subnet -> now.ranges().subnets().noneMatch(subnet::equals)
                                && leases.held().stream()
                                        .flatMap(Ranges::subnets)
                                        .noneMatch(subnet::equals));
    }

    private static NetworkAttachment attachment(Lease lease) {
        List<InetAddress> addresses = new ArrayList<>();
        List<InetAddress> gateways = new ArrayList<>();
        addresses.add(lease.address());
        gateways.add(lease.ranges().subnet().address(AddressPool.GATEWAY));
        lease.ipv6Subnet().ifPresent(ipv6 -> {
            addresses.add(ipv6.address(lease.number()));
            gateways.add(ipv6.address(AddressPool.GATEWAY));
        });
        return new NetworkAttachment(addresses, PodLink.INTERFACE, gateways);
    }

    /** Groups 0 to 255 are where people number theirs. */
    private static int linkGroup(NetworkConfig config) {
        return Integer.parseUnsignedInt(config.instance(), 16) | 0x4000_0000;
    }

    /** A bridge that no pod is attached to goes, with its rules: the next start makes them anew. */
    @Override
    public void close() {
        try (database;
                routes;
                reaper) {
            reaper.flush();
            if (ready != null && !inUse()) {
                dismantle();
            }
        }
    }
}
