package io.windlass.pod.network;

import io.windlass.linux.Errno;
import io.windlass.linux.Fd;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.SyscallException;
import io.windlass.linux.Syscalls;
import io.windlass.linux.netlink.Link;
import io.windlass.linux.netlink.RouteRequest;
import io.windlass.linux.netlink.RouteRequest.Veth;
import io.windlass.linux.netlink.RouteSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Optional;

/** Makes a pod's veth pair and sets up the pod's side of it. Thread-safe. */
final class PodLink {
    static final String INTERFACE = "eth0";
    static final String NAME_PATTERN = "wl[0-9a-f]{11}";

    private final Syscalls kernel;
    private final RouteSocket host;
    private final int mtu;

    PodLink(Syscalls kernel, RouteSocket host, int mtu) {
        this.kernel = kernel;
        this.host = host;
        this.mtu = mtu;
    }

    /** The name of the host's end. */
    static String name(String podId) {
        return "wl" + podId.substring(0, 11);
    }

    /**
     * Creates the pair, replacing one that an interrupted attempt left, and configures the pod's end and loopback.
     *
     * @return whether the pod has its IPv6 address: a pod may have turned IPv6 off by its sysctls
     */
    boolean connect(Lease lease, Path namespacePin, Bridge.Ready bridge) {
        InetAddress ipv4 = lease.address();
        Subnet subnet = lease.ranges().subnet();
        try (Fd namespace = kernel.open(namespacePin, OpenFlags.READ_ONLY, 0)) {
            Veth veth = new Veth(
                    lease.link(), bridge.index(), mtu, INTERFACE, Bridge.hardwareAddress(ipv4), namespace.number());
            create(veth);
        }
        try (RouteSocket pod = RouteSocket.openIn(namespacePin, kernel)) {
            int index = pod.findLink(INTERFACE)
                    .map(Link::index)
                    .orElseThrow(() -> new SyscallException("netlink", "find link " + INTERFACE, Errno.ENODEV));
            pod.apply(
                    RouteRequest.setUp("lo"),
                    RouteRequest.setUp(INTERFACE),
                    RouteRequest.addAddress(index, ipv4, subnet.prefixLength()),
                    RouteRequest.defaultRoute(index, subnet.address(AddressPool.GATEWAY)));
            Optional<Subnet> ipv6 = lease.ipv6Subnet().filter(bridge.subnets()::contains);
            return ipv6.isPresent() && addIpv6(pod, index, ipv6.get(), lease.number());
        }
    }

    private void create(Veth veth) {
        try {
            host.apply(RouteRequest.createVeth(veth), RouteRequest.setHairpin(veth.name()));
        } catch (SyscallException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
            host.deleteLink(veth.name());
            host.apply(RouteRequest.createVeth(veth), RouteRequest.setHairpin(veth.name()));
        }
    }

    private static boolean addIpv6(RouteSocket pod, int index, Subnet subnet, int number) {
        try {
            pod.apply(
                    RouteRequest.addAddress(index, subnet.address(number), subnet.prefixLength()),
                    RouteRequest.defaultRoute(index, subnet.address(AddressPool.GATEWAY)));
            return true;
        } catch (SyscallException e) {
            // The kernel's answer where disable_ipv6 is set.
            if (e.is(Errno.EACCES) || e.is(Errno.EOPNOTSUPP)) {
                return false;
            }
            throw e;
        }
    }
}
