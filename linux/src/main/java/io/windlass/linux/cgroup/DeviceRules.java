package io.windlass.linux.cgroup;

import java.util.List;

/**
 * Rules on devices, of which the last that names a device and an access decides; what no rule names is denied. No rules at all
 * mean that nothing is changed.
 */
public record DeviceRules(List<DeviceRule> rules) {
    public static final DeviceRules NONE = new DeviceRules(List.of());

    public DeviceRules {
        rules = List.copyOf(rules);
    }

    public boolean isEmpty() {
        return rules.isEmpty();
    }
}
