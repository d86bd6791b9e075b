package io.windlass.cri.config;

/**
 * {@code [network]}: the built-in bridge network.
 *
 * @param subnet empty: the first free one of a range is taken
 * @param subnet6 empty: one that is derived from the root folder; "none": pods get IPv4 only
 * @param bridge empty: a name that is derived from the root folder, so that several daemons do not meet
 */
public record NetworkSettings(String subnet, String subnet6, String bridge, int mtu) {
    /** The value of {@code subnet6} that turns IPv6 off. */
    public static final String NONE = "none";

    static NetworkSettings read(Section section) {
        return new NetworkSettings(
                section.parsed(
                        "subnet",
                        "",
                        text -> text.isEmpty() ? text : Parsers.subnet(text, 4),
                        text -> text,
                        "The pods' IPv4 addresses; empty: the first of 10.88.0.0/16 to 10.127.0.0/16 that is free."),
                section.parsed(
                        "subnet6",
                        "",
                        text -> text.isEmpty() || text.equals(NONE) ? text : Parsers.subnet(text, 6),
                        text -> text,
                        "The pods' IPv6 addresses; empty: a private /64 of this daemon's own; \"none\": IPv4 only."),
                section.parsed(
                        "bridge",
                        "",
                        text -> text.isEmpty() ? text : Parsers.interfaceName(text),
                        text -> text,
                        "Name of the bridge that connects the pods; empty: one of this daemon's own."),
                (int) section.integer("mtu", 1500, 1280, 65535, "Largest packet of the pods' interfaces, in bytes."));
    }
}
