package io.windlass.nri.plugin;

import io.windlass.fault.Fault;

/** Who a plugin is, and when its turn is: "NN-name", two digits that order the plugins, and a name. */
record PluginName(String index, String base) implements Comparable<PluginName> {
    PluginName {
        if (index.length() != 2 || !index.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw Fault.invalid("cannot register plugin '" + base + "': its index '" + index + "' is not two digits");
        }
        if (!base.matches("[a-zA-Z0-9_.+-]+")) {
            throw Fault.invalid("cannot register plugin '" + base + "' of index " + index
                    + ": a name consists of letters, digits and the characters _ . + -");
        }
    }

    static PluginName parse(String name) {
        int dash = name.indexOf('-');
        if (dash < 0) {
            throw Fault.invalid("cannot register plugin '" + name + "': its name is not of the form NN-name");
        }
        return new PluginName(name.substring(0, dash), name.substring(dash + 1));
    }

    /** By index; plugins of the same index stay in the order of their registration. */
    @Override
    public int compareTo(PluginName other) {
        return index.compareTo(other.index);
    }

    @Override
    public String toString() {
        return index + "-" + base;
    }
}
