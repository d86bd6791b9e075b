package io.windlass.pod.network;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The text of the one nftables table that an instance has: masquerading, and host ports as elements of maps, so that a
 * change of one pod's ports touches no rule.
 *
 * <p>There is no forward chain: an "accept" of one table cannot overrule a "drop" of another, so it would only pretend.
 */
final class NftRules {
    private final String table;
    private final String bridge;
    private final List<Subnet> subnets;
    private final List<Subnet> ipv6Subnets;

    /** @param subnets those of both families that pods have addresses of, and none of IPv6 where that is turned off */
    NftRules(String instance, String bridge, Collection<Subnet> subnets) {
        this.table = tableName(instance);
        this.bridge = bridge;
        this.subnets = subnets.stream().filter(Subnet::ipv4).distinct().toList();
        this.ipv6Subnets =
                subnets.stream().filter(subnet -> !subnet.ipv4()).distinct().toList();
    }

    static String tableName(String instance) {
        return "windlass_" + instance;
    }

    /** Puts the table in place of whatever is there of that name, with the ports of all leases, in one transaction. */
    String install(List<Lease> leases) {
        return remove(table) + "table inet " + table + " {\n" + maps(leases) + chains() + "}\n";
    }

    /** Removes a table; one that does not exist is no error. */
    static String remove(String table) {
        return "table inet %s\ndelete table inet %s\n".formatted(table, table);
    }

    String addPorts(Lease lease) {
        return changes("add", lease, true);
    }

    String deletePorts(Lease lease) {
        return changes("delete", lease, false);
    }

    private String changes(String verb, Lease lease, boolean withTargets) {
        StringBuilder text = new StringBuilder();
        elements(List.of(lease), withTargets)
                .forEach((map, elements) -> text.append("%s element inet %s %s { %s }\n"
                        .formatted(verb, table, map.title, String.join(", ", elements))));
        return text.toString();
    }

    private String maps(List<Lease> leases) {
        Map<PortMap, List<String>> elements = elements(leases, true);
        StringBuilder text = new StringBuilder();
        for (PortMap map : PortMap.values()) {
            List<String> own = elements.getOrDefault(map, List.of());
            text.append("  map %s {\n    type %s\n".formatted(map.title, map.type));
            if (!own.isEmpty()) {
                text.append("    elements = { ")
                        .append(String.join(",\n      ", own))
                        .append(" }\n");
            }
            text.append("  }\n");
        }
        return text.toString();
    }

    private Map<PortMap, List<String>> elements(List<Lease> leases, boolean withTargets) {
        Map<PortMap, List<String>> elements = new TreeMap<>();
        for (Lease lease : leases) {
            for (HostPort port : lease.ports()) {
                for (PortMap map : PortMap.values()) {
                    if (map.takes(port)
                            && (map.ipv4
                                    || lease.ipv6Subnet()
                                            .filter(ipv6Subnets::contains)
                                            .isPresent())) {
                        elements.computeIfAbsent(map, ignored -> new ArrayList<>())
                                .add(key(port) + (withTargets ? target(map, lease, port) : ""));
                    }
                }
            }
        }
        return elements;
    }

    private static String key(HostPort port) {
        return port.single().map(a -> a.getHostAddress() + " . ").orElse("") + port.name() + " . " + port.port();
    }

    private String target(PortMap map, Lease lease, HostPort port) {
        InetAddress pod =
                map.ipv4 ? lease.address() : lease.ipv6Subnet().orElseThrow().address(lease.number());
        return " : " + pod.getHostAddress() + " . " + port.containerPort();
    }

    private String chains() {
        return """
                  chain host_ports {
                    dnat ip to ip daddr . meta l4proto . th dport map @ipv4_ports
                    meta nfproto ipv4 dnat ip to meta l4proto . th dport map @ipv4_ports_of_any
                    dnat ip6 to ip6 daddr . meta l4proto . th dport map @ipv6_ports
                    meta nfproto ipv6 dnat ip6 to meta l4proto . th dport map @ipv6_ports_of_any
                  }
                  chain prerouting {
                    type nat hook prerouting priority dstnat
                    fib daddr type local jump host_ports
                  }
                  chain output {
                    type nat hook output priority -100
                    fib daddr type local jump host_ports
                  }
                  chain loopback_guard {
                    type filter hook prerouting priority raw
                    iifname "%1$s" ip daddr 127.0.0.0/8 drop
                  }
                  chain postrouting {
                    type nat hook postrouting priority srcnat
                    oifname "%1$s" ip saddr 127.0.0.0/8 masquerade
                    ct status dnat ip saddr %2$s ip daddr %2$s masquerade
                    ip saddr %2$s ip daddr != { %3$s, 224.0.0.0/4 } masquerade
                """.formatted(bridge, anyOf(subnets), list(subnets))
                + (ipv6Subnets.isEmpty() ? "" : masqueradeIpv6())
                + "  }\n";
    }

    private String masqueradeIpv6() {
        return """
                    ct status dnat ip6 saddr %1$s ip6 daddr %1$s masquerade
                    ip6 saddr %1$s ip6 daddr != { %2$s, ff00::/8 } masquerade
                """.formatted(anyOf(ipv6Subnets), list(ipv6Subnets));
    }

    private static String anyOf(List<Subnet> subnets) {
        return subnets.size() == 1 ? list(subnets) : "{ " + list(subnets) + " }";
    }

    private static String list(List<Subnet> subnets) {
        return subnets.stream().map(Subnet::toString).collect(Collectors.joining(", "));
    }

    /** The maps of host ports. Those of one host address are looked into before those of any. */
    private enum PortMap {
        IPV4("ipv4_ports", "ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service", true, true),
        IPV4_ANY("ipv4_ports_of_any", "inet_proto . inet_service : ipv4_addr . inet_service", true, false),
        IPV6("ipv6_ports", "ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service", false, true),
        IPV6_ANY("ipv6_ports_of_any", "inet_proto . inet_service : ipv6_addr . inet_service", false, false);

        private final String title;
        private final String type;
        private final boolean ipv4;
        private final boolean single;

        PortMap(String title, String type, boolean ipv4, boolean single) {
            this.title = title;
            this.type = type;
            this.ipv4 = ipv4;
            this.single = single;
        }

        boolean takes(HostPort port) {
            return port.covers(ipv4) && port.single().isPresent() == single;
        }
    }
}
