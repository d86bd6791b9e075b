package io.windlass.pod.network;

import io.windlass.fault.Fault;
import io.windlass.linux.Errno;
import io.windlass.linux.SyscallException;
import io.windlass.linux.netlink.HardwareAddress;
import io.windlass.linux.netlink.Link;
import io.windlass.linux.netlink.LinkAddress;
import io.windlass.linux.netlink.RouteRequest;
import io.windlass.linux.netlink.RouteSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The host's side that all pods share: the bridge with the gateways' addresses, and forwarding. Not thread-safe. */
final class Bridge {
    /** First half of the hardware addresses given out here; locally administered. */
    private static final long ADDRESS_PREFIX = 0x0a57L << 32;

    private final NetworkConfig config;
    private final RouteSocket routes;
    private final HostSysctls sysctls;

    Bridge(NetworkConfig config, RouteSocket routes, HostSysctls sysctls) {
        this.config = config;
        this.routes = routes;
        this.sysctls = sysctls;
    }

    /** The link, if it is there and up. */
    Optional<Link> find() {
        return routes.findLink(config.bridge()).filter(Link::up);
    }

    /**
     * The subnets to use: those of the settings; of IPv4 else the one used before, else the first that nobody on this host uses.
     */
    Ranges choose(Optional<Subnet> usedBefore, boolean podsUseIt) {
        return new Ranges(chooseSubnet(usedBefore, podsUseIt), config.ipv6Subnet());
    }

    private Subnet chooseSubnet(Optional<Subnet> usedBefore, boolean podsUseIt) {
        if (config.subnet().isPresent()) {
            conflict(config.subnet().get()).ifPresent(Bridge::refuse);
            return config.subnet().get();
        }
        if (usedBefore.isPresent() && (podsUseIt || conflict(usedBefore.get()).isEmpty())) {
            return usedBefore.get();
        }
        return IntStream.rangeClosed(88, 127)
                .mapToObj(second -> Subnet.parse("10." + second + ".0.0/16"))
                .filter(subnet -> conflict(subnet).isEmpty())
                .findFirst()
                .orElseThrow(() -> Fault.precondition("cannot choose a subnet for pods: 10.88.0.0/16 to 10.127.0.0/16"
                        + " are all in use on this host; set [network] subnet"));
    }

    private static void refuse(String conflict) {
        throw Fault.precondition(conflict + "; set another [network] subnet");
    }

    /** What on this host uses addresses of the subnet already, besides this bridge itself. */
    private Optional<String> conflict(Subnet subnet) {
        List<Link> links = routes.links();
        Stream<String> addresses = routes.addresses().stream()
                .filter(address -> subnet.overlaps(new Subnet(address.address(), address.prefixLength())))
                .filter(address -> !name(links, address.linkIndex()).equals(config.bridge()))
                .map(address -> "link " + name(links, address.linkIndex()) + " has "
                        + address.address().getHostAddress() + "/" + address.prefixLength());
        // A wider route that happens to contain the subnet is usual (a private cloud's 10.0.0.0/8) and harmless.
        Stream<String> narrower = routes.routes().stream()
                .filter(route -> route.destination().filter(subnet::contains).isPresent())
                .filter(route -> route.prefixLength() >= subnet.prefixLength())
                .filter(route -> route.linkIndex().isPresent()
                        && !name(links, route.linkIndex().getAsInt()).equals(config.bridge()))
                .map(route -> "link " + name(links, route.linkIndex().getAsInt()) + " has a route to "
                        + route.destination().orElseThrow().getHostAddress() + "/" + route.prefixLength());
        return Stream.concat(addresses, narrower)
                .findFirst()
                .map(user -> "cannot use subnet " + subnet + " for pods: " + user);
    }

    private static String name(List<Link> links, int index) {
        return links.stream()
                .filter(link -> link.index() == index)
                .map(Link::name)
                .findFirst()
                .orElse("number " + index);
    }

    /**
     * Creates what is missing, takes away addresses of subnets that nobody needs any more, and turns forwarding on.
     *
     * @param held ranges that pods have addresses of; their gateways stay
     */
    Ready ensure(Ranges ranges, Set<Ranges> held) {
        Set<Subnet> all = Stream.concat(Stream.of(ranges), held.stream())
                .flatMap(Ranges::subnets)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        Link link = ensureLink(ranges.subnet().address(AddressPool.GATEWAY));
        boolean ipv6 = all.stream().anyMatch(subnet -> !subnet.ipv4()) && sysctls.ipv6Enabled(config.bridge());
        all.removeIf(subnet -> !subnet.ipv4() && !ipv6);
        removeOtherAddresses(link, all);
        for (Subnet subnet : all) {
            routes.apply(
                    RouteRequest.addAddress(link.index(), subnet.address(AddressPool.GATEWAY), subnet.prefixLength()));
        }
        sysctls.enableIpv4Forwarding();
        if (ipv6) {
            sysctls.disableDuplicateDetection(config.bridge());
            sysctls.enableIpv6Forwarding();
        }
        return new Ready(link.index(), ranges, ranges.ipv6Subnet().isPresent() && ipv6, all);
    }

    private Link ensureLink(InetAddress gateway) {
        Optional<Link> existing = routes.findLink(config.bridge());
        if (existing.isPresent() && !existing.get().kind().equals(Optional.of("bridge"))) {
            throw Fault.precondition("cannot use link " + config.bridge() + " for pods: it is no bridge");
        }
        if (existing.isEmpty()) {
            create(gateway);
        } else {
            routes.apply(RouteRequest.setMtu(config.bridge(), config.mtu()), RouteRequest.setUp(config.bridge()));
        }
        return routes.findLink(config.bridge())
                .orElseThrow(() -> Fault.precondition("cannot use bridge " + config.bridge() + ": it was deleted"));
    }

    private void create(InetAddress gateway) {
        try {
            routes.apply(RouteRequest.createBridge(config.bridge(), hardwareAddress(gateway), config.mtu()));
        } catch (SyscallException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e.fault("cannot create bridge " + config.bridge());
            }
        }
    }

    private void removeOtherAddresses(Link link, Set<Subnet> subnets) {
        for (LinkAddress address : routes.addresses()) {
            boolean own = address.linkIndex() == link.index();
            boolean wanted = subnets.contains(new Subnet(address.address(), address.prefixLength()))
                    || address.address().isLinkLocalAddress();
            if (own && !wanted) {
                routes.apply(RouteRequest.deleteAddress(link.index(), address.address(), address.prefixLength()));
            }
        }
    }

    /** Follows from the IPv4 address, so that neighbours' caches stay right when an address gets its next holder. */
    static HardwareAddress hardwareAddress(InetAddress ipv4) {
        return new HardwareAddress(ADDRESS_PREFIX
                | Integer.toUnsignedLong(ByteBuffer.wrap(ipv4.getAddress()).getInt()));
    }

    /**
     * The bridge as pods are connected to it.
     *
     * @param ranges that new pods get addresses of
     * @param ipv6 whether new pods get IPv6 addresses; not where IPv6 is turned off
     * @param subnets those whose gateways it has
     */
    record Ready(int index, Ranges ranges, boolean ipv6, Set<Subnet> subnets) {}
}
