package io.windlass.cri.config;

/**
 * {@code [network]}: the built-in bridge network, used when no CNI configuration is present.
 *
 * @param subnet6 empty: pods get IPv4 only
 * @param mtu 0: as the bridge has it
 */
public record NetworkSettings(String subnet, String subnet6, String bridge, int mtu) {
    static NetworkSettings read(Section section) {
        return new NetworkSettings(
                section.parsed(
                        "subnet",
                        "10.88.0.0/16",
                        text -> Parsers.subnet(text, 4),
                        text -> text,
                        "The pods' IPv4 addresses; kubelet's pod CIDR, when it sends one, must lie in it."),
                section.parsed(
                        "subnet6",
                        "",
                        text -> text.isEmpty() ? text : Parsers.subnet(text, 6),
                        text -> text,
                        "The pods' IPv6 addresses, for example \"fd00:10:88::/64\"; empty: IPv4 only."),
                section.parsed(
                        "bridge",
                        "windlass0",
                        Parsers::interfaceName,
                        text -> text,
                        "Name of the bridge that connects the pods."),
                (int) section.integer("mtu", 0, 0, 65535, "MTU of the pods' interfaces; 0: the kernel's choice."));
    }
}
