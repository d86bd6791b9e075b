package io.windlass.pod.network.cni;

import com.fasterxml.jackson.databind.JsonNode;
import io.windlass.fault.Fault;
import io.windlass.pod.network.NetworkAttachment;
import io.windlass.pod.network.Subnet;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads the result of an ADD, of versions 0.3 to 1.0, and of 0.2 as well. */
final class CniResult {
    private CniResult() {}

    /** The pod's addresses: those of {@code interfaceName} inside it, IPv4 first. */
    static NetworkAttachment attachment(JsonNode result, String interfaceName) {
        List<InetAddress> addresses = new ArrayList<>();
        List<InetAddress> gateways = new ArrayList<>();
        for (JsonNode ip : result.path("ips")) {
            if (belongs(ip, result.path("interfaces"), interfaceName)) {
                addresses.add(address(ip.path("address").asText("")));
                gateway(ip.path("gateway"), gateways);
            }
        }
        for (String family : List.of("ip4", "ip6")) {
            JsonNode old = result.path(family);
            if (old.isObject()) {
                addresses.add(address(old.path("ip").asText("")));
                gateway(old.path("gateway"), gateways);
            }
        }
        if (addresses.isEmpty()) {
            throw Fault.internal("the plugins gave interface " + interfaceName + " no address: " + result, null);
        }
        Comparator<InetAddress> ipv4First = Comparator.comparing(address -> !(address instanceof Inet4Address));
        return new NetworkAttachment(
                addresses.stream().sorted(ipv4First).toList(),
                interfaceName,
                gateways.stream().sorted(ipv4First).toList());
    }

    /** An address may name its interface by number; interfaces without a sandbox are the host's. */
    private static boolean belongs(JsonNode ip, JsonNode interfaces, String interfaceName) {
        if (!ip.has("interface")) {
            return true;
        }
        JsonNode link = interfaces.path(ip.path("interface").asInt(-1));
        return link.path("name").asText("").equals(interfaceName)
                && !link.path("sandbox").asText("").isEmpty();
    }

    private static void gateway(JsonNode text, List<InetAddress> gateways) {
        if (text.isTextual() && !text.asText().isEmpty()) {
            gateways.add(InetAddress.ofLiteral(text.asText()));
        }
    }

    private static InetAddress address(String cidr) {
        int slash = cidr.lastIndexOf('/');
        if (slash < 0) {
            throw Fault.internal("a plugin's result has the address '" + cidr + "', which is no CIDR", null);
        }
        Subnet.parse(cidr);
        return InetAddress.ofLiteral(cidr.substring(0, slash));
    }
}
