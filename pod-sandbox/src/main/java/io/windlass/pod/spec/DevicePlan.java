package io.windlass.pod.spec;

import io.windlass.fault.Fault;
import io.windlass.pod.model.Device;
import io.windlass.runtime.oci.DeviceRule;
import io.windlass.runtime.oci.Mount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The device nodes a container gets, and the rules that let it use them.
 *
 * @param binds what stands for nodes where none can be made: in a user namespace the node's own are bound
 */
record DevicePlan(List<io.windlass.runtime.oci.Device> devices, List<DeviceRule> rules, List<Mount> binds) {
    /** Nodes may be made of everything, but opened only where a later rule says so. */
    private static final List<DeviceRule> BASE = List.of(
            new DeviceRule(false, null, null, null, "rwm"),
            new DeviceRule(true, "c", null, null, "m"),
            new DeviceRule(true, "b", null, null, "m"),
            character(1, 3),
            character(1, 5),
            character(1, 7),
            character(1, 8),
            character(1, 9),
            character(5, 0),
            character(5, 2),
            new DeviceRule(true, "c", 136L, null, "rwm"));

    static DevicePlan of(SpecRequest request) {
        List<io.windlass.runtime.oci.Device> nodes = new ArrayList<>();
        List<DeviceRule> rules = new ArrayList<>();
        List<Mount> binds = new ArrayList<>();
        if (request.security().privileged()) {
            rules.add(new DeviceRule(true, null, null, null, "rwm"));
            nodes.addAll(HostDevices.all());
        } else {
            rules.addAll(BASE);
        }
        for (Device device : request.config().devices()) {
            String access = permissions(device);
            for (HostDevices.Found found : HostDevices.at(device)) {
                io.windlass.runtime.oci.Device node = found.node();
                nodes.removeIf(earlier -> earlier.path().equals(node.path()));
                rules.add(new DeviceRule(true, node.type(), node.major(), node.minor(), access));
                if (request.user().isPresent() && !found.source().equals(Path.of(node.path()))) {
                    // Of the document's devices only those can be bound that have the same path on the node.
                    binds.add(Mount.bind(found.source().toString(), node.path(), "rprivate", "nosuid", "noexec"));
                } else {
                    nodes.add(node);
                }
            }
        }
        return new DevicePlan(List.copyOf(nodes), List.copyOf(rules), List.copyOf(binds));
    }

    private static String permissions(Device device) {
        String asked = device.permissions();
        if (asked.isEmpty() || !asked.chars().allMatch(c -> "rwm".indexOf(c) >= 0)) {
            throw Fault.invalid("cannot use device " + device.hostPath() + ": permissions '" + asked
                    + "' are not letters of r, w and m");
        }
        return asked;
    }

    private static DeviceRule character(long major, long minor) {
        return new DeviceRule(true, "c", major, minor, "rwm");
    }
}
