package io.windlass.pod.network.cni;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.windlass.pod.model.DnsConfig;
import io.windlass.pod.model.PortMapping;
import io.windlass.pod.network.PodNetworkRequest;
import io.windlass.pod.network.PodRanges;
import java.util.List;
import java.util.Locale;

/** What a pod asks of plugins, by the names of the capabilities that they can declare (CNI conventions). */
final class CniCapabilities {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private CniCapabilities() {}

    /** Everything that the pod asks for; each plugin is given the part that it declares. */
    static ObjectNode of(PodNetworkRequest request, PodRanges ranges) {
        ObjectNode all = NODES.objectNode();
        ArrayNode ports = ports(request.portMappings());
        if (!ports.isEmpty()) {
            all.set("portMappings", ports);
        }
        DnsConfig dns = request.dns();
        if (!dns.servers().isEmpty()
                || !dns.searches().isEmpty()
                || !dns.options().isEmpty()) {
            ObjectNode node = all.putObject("dns");
            texts(node.putArray("servers"), dns.servers());
            texts(node.putArray("searches"), dns.searches());
            texts(node.putArray("options"), dns.options());
        }
        if (!ranges.all().isEmpty()) {
            // A set for each family: the plugin gives an address of each.
            ArrayNode sets = all.putArray("ipRanges");
            ranges.all().forEach(subnet -> sets.addArray().addObject().put("subnet", subnet.toString()));
        }
        return all;
    }

    /** The part of {@code all} that the plugin declares. */
    static ObjectNode declared(ObjectNode plugin, ObjectNode all) {
        ObjectNode part = NODES.objectNode();
        all.properties().forEach(entry -> {
            if (plugin.path("capabilities").path(entry.getKey()).asBoolean(false)) {
                part.set(entry.getKey(), entry.getValue());
            }
        });
        return part;
    }

    private static ArrayNode ports(List<PortMapping> mappings) {
        ArrayNode ports = NODES.arrayNode();
        for (PortMapping mapping : mappings) {
            if (mapping.hostPort() == 0) {
                continue;
            }
            ObjectNode port = ports.addObject()
                    .put("hostPort", mapping.hostPort())
                    .put("containerPort", mapping.containerPort())
                    .put("protocol", mapping.protocol().name().toLowerCase(Locale.ROOT));
            if (!mapping.hostIp().isEmpty()) {
                port.put("hostIP", mapping.hostIp());
            }
        }
        return ports;
    }

    private static void texts(ArrayNode array, List<String> texts) {
        texts.forEach(array::add);
    }
}
