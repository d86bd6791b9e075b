package io.windlass.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.linux.Fd;
import io.windlass.linux.Kernel;
import io.windlass.linux.NamespaceThread;
import io.windlass.linux.NamespaceType;
import io.windlass.linux.OpenFlags;
import io.windlass.linux.Syscalls;
import io.windlass.linux.netlink.RouteRequest.Veth;
import io.windlass.testkit.RequiresRoot;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** The kernel's side of it, in network namespaces that end with each test. */
@RequiresRoot
class RouteSocketIT {
    private static final HardwareAddress BRIDGE_ADDRESS = new HardwareAddress(0x0a57_0000_0001L);
    private static final Path OWN_NAMESPACE = Path.of("/proc/thread-self/ns/net");

    private final Syscalls kernel = new Kernel();

    @Test
    void a_fresh_namespace_has_loopback_which_can_be_set_up() {
        inNewNamespace(routes -> {
            assertThat(routes.links()).extracting(Link::name).contains("lo");
            assertThat(routes.findLink("lo").orElseThrow().up()).isFalse();
            routes.apply(RouteRequest.setUp("lo"));
            assertThat(routes.findLink("lo").orElseThrow().up()).isTrue();
            assertThat(routes.addresses()).extracting(LinkAddress::address).contains(address("127.0.0.1"));
        });
    }

    @Test
    void a_bridge_is_created_with_its_own_address_and_deleted() {
        inNewNamespace(routes -> {
            routes.apply(RouteRequest.createBridge("br0", BRIDGE_ADDRESS, 1400));
            Link bridge = routes.findLink("br0").orElseThrow();
            assertThat(bridge.kind()).contains("bridge");
            assertThat(bridge.up()).isTrue();
            assertThat(bridge.mtu()).isEqualTo(1400);
            assertThat(bridge.hardwareAddress()).contains(BRIDGE_ADDRESS);
            routes.apply(RouteRequest.setMtu("br0", 1300));
            assertThat(routes.findLink("br0").orElseThrow().mtu()).isEqualTo(1300);
            routes.deleteLink("br0");
            routes.deleteLink("br0");
            assertThat(routes.findLink("br0")).isEmpty();
        });
    }

    @Test
    void a_veth_is_born_with_its_peer_in_the_other_namespace() {
        inNewNamespace(routes -> NamespaceThread.inNew(NamespaceType.NETWORK.flag(), () -> {
            try (RouteSocket inside = RouteSocket.open(kernel);
                    Fd namespace = kernel.open(OWN_NAMESPACE, OpenFlags.READ_ONLY, 0)) {
                connect(routes, namespace, inside);
            }
            return true;
        }));
    }

    private static void connect(RouteSocket routes, Fd namespace, RouteSocket inside) throws UnknownHostException {
        routes.apply(RouteRequest.createBridge("br0", BRIDGE_ADDRESS, 1500));
        int bridge = routes.findLink("br0").orElseThrow().index();
        HardwareAddress peer = new HardwareAddress(0x0a57_0000_0002L);
        routes.apply(RouteRequest.createVeth(new Veth("wl1", bridge, 1450, "eth0", peer, namespace.number())));

        Link outside = routes.findLink("wl1").orElseThrow();
        assertThat(outside.masterIndex()).hasValue(bridge);
        assertThat(outside.up()).isTrue();
        Link link = inside.findLink("eth0").orElseThrow();
        assertThat(link.hardwareAddress()).contains(peer);
        assertThat(link.mtu()).isEqualTo(1450);
        assertThat(link.kind()).contains("veth");
        assertThat(routes.findLink("eth0")).isEmpty();

        inside.apply(
                RouteRequest.setUp("lo"),
                RouteRequest.setUp("eth0"),
                RouteRequest.addAddress(link.index(), address("10.88.0.2"), 16),
                RouteRequest.addAddress(link.index(), address("fd00:57::2"), 64),
                RouteRequest.defaultRoute(link.index(), address("10.88.0.1")),
                RouteRequest.defaultRoute(link.index(), address("fd00:57::1")));
        assertThat(inside.addresses())
                .contains(new LinkAddress(link.index(), address("10.88.0.2"), 16))
                .contains(new LinkAddress(link.index(), address("fd00:57::2"), 64));
        assertThat(inside.routes())
                .filteredOn(route ->
                        route.destination().isEmpty() && route.gateway().isPresent())
                .extracting(Route::gateway)
                .containsExactlyInAnyOrder(Optional.of(address("10.88.0.1")), Optional.of(address("fd00:57::1")));

        routes.deleteLink("wl1");
        assertThat(inside.findLink("eth0")).isEmpty();
    }

    @Test
    void the_kernels_own_words_come_with_a_refusal() {
        inNewNamespace(routes -> {
            assertThatThrownBy(() -> routes.apply(RouteRequest.defaultRoute(1, address("10.1.2.3"))))
                    .hasMessageStartingWith("netlink add default route via 10.1.2.3: ")
                    .hasMessageMatching(".*: E[A-Z]+ \\(.*\\): .+");
            assertThatThrownBy(() -> routes.apply(RouteRequest.setMtu("lo", -5)))
                    .hasMessageContaining("set mtu of link lo to -5: EINVAL");
        });
    }

    @Test
    void hundreds_of_links_are_dumped_over_many_datagrams() {
        inNewNamespace(routes -> {
            for (int i = 0; i < 150; i++) {
                routes.apply(RouteRequest.createBridge("br" + i, new HardwareAddress(0x0a57_0001_0000L + i), 1500));
            }
            assertThat(routes.links().stream().filter(link -> link.name().startsWith("br")))
                    .hasSize(150);
        });
    }

    private void inNewNamespace(Work work) {
        Callable<Boolean> inside = () -> {
            try (RouteSocket routes = RouteSocket.open(kernel)) {
                work.run(routes);
            }
            return true;
        };
        assertThat(NamespaceThread.inNew(NamespaceType.NETWORK.flag(), inside)).isTrue();
    }

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    private interface Work {
        void run(RouteSocket routes) throws Exception;
    }
}
